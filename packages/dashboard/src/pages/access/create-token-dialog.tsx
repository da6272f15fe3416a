/** Makes a token for a person or a program: who, what they may, on which nodes, for how long. */
import type { Role } from '@sluice/contract';
import { ROLES } from '@sluice/core';
import { Input, Radio } from 'antd';
import { useId, useState } from 'react';
import { queryKeys } from '../../api/query-keys.ts';
import { filterNodes, NO_FILTER } from '../../fleet-view/node-filter.ts';
import { useWords } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { CreateDialog } from './create-dialog.tsx';
import styles from './create-dialog.module.css';
import { EXPIRIES, type Expiry, ExpiryField } from './expiry-field.tsx';

export function CreateTokenDialog({ close }: { readonly close: () => void }) {
  const words = useWords();
  const api = useApi();
  const { nodes } = useFleet();
  const [nameId, roleId, selectorId, hintId, expiryId] = [useId(), useId(), useId(), useId(), useId()];
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [selector, setSelector] = useState('');
  const [expiry, setExpiry] = useState<Expiry>('quarter');
  const hit = filterNodes(nodes, { ...NO_FILTER, selector });
  return (
    <CreateDialog
      title={words.access.createTokenTitle}
      whyNot={name.trim() === '' ? words.access.nameMissing : hit.selectorProblem}
      listKey={queryKeys.tokens}
      close={close}
      create={() =>
        api.createToken({
          body: {
            name: name.trim(),
            role,
            selector: selector.trim() === '' ? null : selector.trim(),
            expiresIn: EXPIRIES[expiry],
          },
        })
      }
      use={({ secret }) => (
        <>
          <h3>{words.access.secret}</h3>
          <Copyable text={secret} />
          <h3>{words.access.shellUse}</h3>
          <Copyable text={`export SLUICE_URL=${location.origin}\nexport SLUICE_TOKEN=${secret}`} />
        </>
      )}
    >
      <label htmlFor={nameId}>{words.access.name}</label>
      <Input
        id={nameId}
        data-first-focus
        placeholder={words.access.nameHint}
        autoComplete="off"
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <span id={roleId}>{words.access.role}</span>
      <div>
        <Radio.Group
          aria-labelledby={roleId}
          value={role}
          options={ROLES.map((each) => ({ value: each, label: words.shell.role[each] }))}
          onChange={({ target }) => setRole(ROLES.find((each) => each === target.value) ?? role)}
        />
        <p className={styles['hint']}>{words.access.may[role]}</p>
      </div>
      <label htmlFor={selectorId}>{words.access.selector}</label>
      <div>
        <Input
          id={selectorId}
          aria-describedby={hintId}
          placeholder={words.access.selectorHint}
          autoComplete="off"
          spellCheck={false}
          value={selector}
          onChange={({ target }) => setSelector(target.value)}
        />
        <p id={hintId} className={hit.selectorProblem === null ? styles['hint'] : styles['fault']} role="status">
          {hit.selectorProblem ?? words.access.selectorHits(hit.nodes.length, nodes.length)}
        </p>
      </div>
      <label htmlFor={expiryId}>{words.access.lasts}</label>
      <ExpiryField id={expiryId} value={expiry} change={setExpiry} />
    </CreateDialog>
  );
}
