/** Makes a token with which agents join, and shows the lines that add a node with it. */
import { Input, InputNumber } from 'antd';
import { useId, useState } from 'react';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { agentCommand, agentYaml } from '../../ui/agent-yaml.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { CreateDialog } from './create-dialog.tsx';
import styles from './create-dialog.module.css';
import { EXPIRIES, type Expiry, ExpiryField } from './expiry-field.tsx';

export function CreateJoinTokenDialog({ close }: { readonly close: () => void }) {
  const words = useWords();
  const api = useApi();
  const [nameId, typeId, usesId, hintId, expiryId] = [useId(), useId(), useId(), useId(), useId()];
  const [name, setName] = useState('');
  const [type, setType] = useState('');
  const [uses, setUses] = useState<number | null>(1);
  const [expiry, setExpiry] = useState<Expiry>('hour');
  return (
    <CreateDialog
      title={words.access.createJoinTokenTitle}
      whyNot={null}
      listKey={queryKeys.joinTokens}
      close={close}
      create={() =>
        api.createJoinToken({
          body: {
            ...(name.trim() === '' ? {} : { name: name.trim() }),
            type: type.trim() === '' ? null : type.trim(),
            uses,
            expiresIn: EXPIRIES[expiry],
          },
        })
      }
      use={({ secret, token }) => (
        <>
          <h3>{words.access.joinFile}</h3>
          <Copyable text={agentYaml(location.origin, token.type)} />
          <h3>{words.access.joinRun}</h3>
          <Copyable text={agentCommand(secret)} />
          <p>{words.access.joinSeen}</p>
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
      <label htmlFor={typeId}>{words.access.type}</label>
      <Input
        id={typeId}
        placeholder={words.access.typeHint}
        autoComplete="off"
        value={type}
        onChange={({ target }) => setType(target.value)}
      />
      <label htmlFor={usesId}>{words.access.uses}</label>
      <div>
        <InputNumber id={usesId} aria-describedby={hintId} min={1} precision={0} value={uses} onChange={setUses} />
        <p id={hintId} className={styles['hint']}>
          {words.access.usesHint}
        </p>
      </div>
      <label htmlFor={expiryId}>{words.access.lasts}</label>
      <ExpiryField id={expiryId} value={expiry} change={setExpiry} />
    </CreateDialog>
  );
}
