/** The form of a declared command: what it hits, its parameters as its schema describes them, and the reason. */
import { type Node, type NodeCommand, REASON_LENGTH_MAX } from '@sluice/contract';
import { Button, Checkbox, Input } from 'antd';
import { useId, useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { HeldBy } from '../../acting/held-by.tsx';
import { HitList } from '../../acting/hit-list.tsx';
import { ParameterField } from '../../acting/parameter-field.tsx';
import { isTyped, TypedConfirmation } from '../../acting/typed-confirmation.tsx';
import { problemOf } from '../../api/problem-error.ts';
import { fieldsOf, readFields } from '../../fleet-view/command-fields.ts';
import { confirmationFor } from '../../fleet-view/confirmation.ts';
import { useWords } from '../../i18n/words.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import styles from './commands.module.css';
import type { RunCommand } from './use-run-command.ts';

interface RunFormProps {
  readonly node: Node;
  readonly command: NodeCommand;
  readonly run: RunCommand;
  readonly close: () => void;
}

export function RunForm({ node, command, run, close }: RunFormProps) {
  const words = useWords();
  const reasonId = useId();
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [isTried, setTried] = useState(false);
  const [reason, setReason] = useState('');
  const [force, setForce] = useState(false);
  const [typed, setTyped] = useState('');
  const fields = fieldsOf(command.parameters);
  const read = readFields(fields, values);
  const confirmation = command.disruptive ? confirmationFor(command.name, [node]) : null;
  const isRefusedByBudget = run.error !== null && problemOf(run.error).code === 'budget-exceeded';
  const submit = () => {
    setTried(true);
    if (!read.ok || !isTyped(confirmation, typed) || run.isPending) return;
    const why = reason.trim() === '' ? {} : { reason: reason.trim() };
    run.mutate({ params: { ...read.params }, ...why, ...(force ? { force } : {}) });
  };
  return (
    <form
      className={styles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p>{command.description}</p>
      {command.disruptive && <p className={styles['disruptive']}>{words.node.runDisruptive}</p>}
      <HitList nodes={[node]} />
      <HeldBy action="restart" nodes={[node]} released={null} />
      {fields.map((field) => (
        <ParameterField
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          fault={isTried && !read.ok ? (read.faults.get(field.name) ?? null) : null}
          change={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      <div className={styles['field']}>
        <label htmlFor={reasonId}>{words.actions.reason}</label>
        <Input
          id={reasonId}
          placeholder={words.actions.reasonHint}
          maxLength={REASON_LENGTH_MAX}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </div>
      {command.disruptive && (
        <Checkbox checked={force} onChange={({ target }) => setForce(target.checked)}>
          {words.node.runForce}
        </Checkbox>
      )}
      {confirmation !== null && <TypedConfirmation confirmation={confirmation} typed={typed} change={setTyped} />}
      {run.error !== null && <ProblemNotice error={run.error} />}
      {isRefusedByBudget && <p>{words.node.runForceBudget}</p>}
      <div className={styles['buttons']}>
        <Button onClick={close}>{words.actions.cancel}</Button>
        <ActButton
          type="primary"
          danger={command.disruptive}
          loading={run.isPending}
          whyNot={
            confirmation === null || isTyped(confirmation, typed) ? null : words.actions.typeFirst(confirmation.phrase)
          }
          onClick={submit}
        >
          {words.node.runIt(command.name)}
        </ActButton>
      </div>
      <button type="submit" hidden aria-label={words.node.runIt(command.name)} />
    </form>
  );
}
