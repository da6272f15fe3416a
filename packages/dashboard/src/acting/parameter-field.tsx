/** The field of one parameter of a declared command. */
import type { Json } from '@sluice/contract';
import { Input, Select } from 'antd';
import { useId } from 'react';
import type { CommandField, FieldFault } from '../fleet-view/command-fields.ts';
import { useWords, type Words } from '../i18n/words.tsx';
import styles from './parameter-field.module.css';

interface ParameterFieldProps {
  readonly field: CommandField;
  /** As typed; of a choice the JSON of the value. Empty: left to the node. */
  readonly value: string;
  readonly fault: FieldFault | null;
  readonly change: (value: string) => void;
}

export function ParameterField({ field, value, fault, change }: ParameterFieldProps) {
  const words = useWords();
  const [id, hintId] = [useId(), useId()];
  const hints = hintsOf(field, words);
  const status = fault === null ? {} : ({ status: 'error' } as const);
  const said = { id, 'aria-describedby': hintId, 'aria-invalid': fault !== null, 'aria-required': field.isRequired };
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{field.name}</label>
      {field.kind === 'choice' ? (
        <Select
          {...said}
          {...status}
          value={value}
          onChange={change}
          options={[
            ...(field.isRequired && value !== '' ? [] : [{ value: '', label: emptyWord(field, words) }]),
            ...field.values.map((each) => ({ value: JSON.stringify(each), label: valueInWords(each) })),
          ]}
        />
      ) : (
        <Input
          {...said}
          {...status}
          value={value}
          inputMode={field.kind === 'number' ? 'decimal' : 'text'}
          {...(field.kind === 'text' && field.lengthMax !== null ? { maxLength: field.lengthMax } : {})}
          onChange={({ target }) => change(target.value)}
        />
      )}
      <p id={hintId} className={fault === null ? styles['soft'] : styles['fault']}>
        {fault === null ? hints : faultInWords(fault, words)}
      </p>
    </div>
  );
}

function hintsOf(field: CommandField, words: Words): string {
  const limits =
    field.kind === 'number'
      ? words.node.between(field.least, field.most)
      : field.kind === 'text' && field.pattern !== null
        ? words.node.matches(field.pattern)
        : '';
  const empty = field.kind === 'choice' || field.isRequired ? '' : emptyWord(field, words);
  return [field.description ?? '', limits, empty].filter((hint) => hint !== '').join('; ');
}

function emptyWord(field: CommandField, words: Words): string {
  if (field.default !== undefined) return words.node.defaultIs(valueInWords(field.default));
  return field.isRequired ? words.node.chooseOne : words.node.optional;
}

function valueInWords(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function faultInWords(fault: FieldFault, { node: { faults } }: Words): string {
  switch (fault.kind) {
    case 'too-small':
      return faults['too-small'](fault.least);
    case 'too-large':
      return faults['too-large'](fault.most);
    case 'required':
    case 'no-number':
    case 'not-whole':
      return faults[fault.kind];
  }
}
