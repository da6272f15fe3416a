/** What is done to each node: one of the built-in commands, or one that agents declare, with a form made from its own schema. */
import type { Node, NodeCommand } from '@sluice/contract';
import { Input, Select } from 'antd';
import { ParameterField } from '../../acting/parameter-field.tsx';
import type { CommandField, FieldFault } from '../../fleet-view/command-fields.ts';
import type { RolloutDraft } from '../../fleet-view/rollout-draft.ts';
import { useWords, type Words } from '../../i18n/words.tsx';
import { Field } from '../../ui/field.tsx';
import styles from './new-rollout.module.css';
import type { DraftFormProps } from './rollout-form.tsx';

interface CommandFieldsProps extends DraftFormProps {
  /** What the fleet's agents have. */
  readonly commands: readonly NodeCommand[];
  readonly hit: readonly Node[];
  readonly parameters: readonly CommandField[];
  readonly values: Readonly<Record<string, string>>;
  readonly changeValues: (values: Readonly<Record<string, string>>) => void;
  readonly faults: ReadonlyMap<string, FieldFault>;
}

export function CommandFields(props: CommandFieldsProps) {
  const { draft, set, faultOf, commands, hit, parameters, values, changeValues, faults } = props;
  const words = useWords();
  const declared = commands.find(({ name, builtIn }) => draft.command === 'run' && !builtIn && name === draft.runName);
  return (
    <>
      <Field label={words.newRollout.command} hint={declared?.description} fault={faultOf('runName')}>
        {({ id, ...field }) => (
          <Select<string>
            {...field}
            id={id}
            className={styles['wide'] ?? ''}
            showSearch
            value={draft.command === 'run' ? `run ${draft.runName}` : draft.command}
            onChange={(chosen) => {
              changeValues({});
              set(chosenCommand(chosen));
            }}
            options={optionsOf(commands, hit, words)}
          />
        )}
      </Field>
      {draft.command === 'restart' && (
        <Field label={words.newRollout.grace} hint={words.newRollout.graceHint} fault={faultOf('graceSeconds')}>
          {(field) => (
            <Input
              {...field}
              className={styles['number'] ?? ''}
              inputMode="numeric"
              suffix={words.newRollout.seconds}
              value={draft.graceSeconds}
              onChange={({ target }) => set({ graceSeconds: target.value })}
            />
          )}
        </Field>
      )}
      {draft.command === 'undrain' && (
        <Field label={words.newRollout.hold} hint={words.newRollout.holdHint}>
          {(field) => (
            <Input
              {...field}
              className={styles['wide'] ?? ''}
              value={draft.hold}
              onChange={({ target }) => set({ hold: target.value })}
            />
          )}
        </Field>
      )}
      {parameters.map((field) => (
        <ParameterField
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          fault={faults.get(field.name) ?? null}
          change={(value) => changeValues({ ...values, [field.name]: value })}
        />
      ))}
    </>
  );
}

function chosenCommand(chosen: string): Partial<RolloutDraft> {
  switch (chosen) {
    case 'restart':
    case 'reboot':
      return { command: chosen, drainFirst: true };
    case 'drain':
    case 'undrain':
      return { command: chosen };
    default:
      // A declared one interrupts nothing unless it says so; whoever wants it drained first says so too.
      return { command: 'run', runName: chosen.replace(/^run /u, ''), drainFirst: false };
  }
}

function optionsOf(commands: readonly NodeCommand[], hit: readonly Node[], { newRollout }: Words) {
  const types = new Set(hit.map(({ type }) => type));
  const hasReboot = commands.some(({ name, builtIn }) => builtIn && name === 'reboot');
  const builtIn = (
    hasReboot ? (['restart', 'reboot', 'drain', 'undrain'] as const) : (['restart', 'drain', 'undrain'] as const)
  ).map((name) => ({ value: String(name), label: newRollout[name] }));
  const declared = commands
    .filter((command) => !command.builtIn)
    .map(({ name, nodeTypes }) => {
      const isThere = types.size === 0 || nodeTypes.some((type) => types.has(type));
      const label = newRollout.run(name);
      return {
        value: `run ${name}`,
        label: isThere ? label : `${label} (${newRollout.notDeclared(nodeTypes.join(', '))})`,
      };
    });
  return [...builtIn, ...declared];
}
