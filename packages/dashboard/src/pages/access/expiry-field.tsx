/** How long a token is good for. */
import { JOIN_TOKEN_EXPIRES_IN_DEFAULT, TOKEN_EXPIRES_IN_DEFAULT } from '@sluice/contract';
import { Select } from 'antd';
import { useWords } from '../../i18n/words.tsx';

const DAY_SECONDS = 86_400;

/** Seconds; `null`: for ever. */
export const EXPIRIES = {
  hour: JOIN_TOKEN_EXPIRES_IN_DEFAULT,
  day: DAY_SECONDS,
  month: 30 * DAY_SECONDS,
  quarter: TOKEN_EXPIRES_IN_DEFAULT,
  year: 365 * DAY_SECONDS,
  never: null,
} as const;
export type Expiry = keyof typeof EXPIRIES;

const IN_ORDER: readonly Expiry[] = ['hour', 'day', 'month', 'quarter', 'year', 'never'];

interface ExpiryFieldProps {
  readonly id: string;
  readonly value: Expiry;
  readonly change: (expiry: Expiry) => void;
}

export function ExpiryField({ id, value, change }: ExpiryFieldProps) {
  const words = useWords();
  return (
    <Select<Expiry>
      id={id}
      value={value}
      onChange={change}
      options={IN_ORDER.map((each) => ({ value: each, label: words.access.expiries[each] }))}
    />
  );
}
