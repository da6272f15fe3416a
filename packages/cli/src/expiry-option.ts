/** `--expires`: how long a token is good. */
import { Option } from 'commander';
import { durationSeconds } from './duration.ts';

/** Seconds of the longest life that can be asked for: ten years. */
const EXPIRES_SECONDS_MAX = 10 * 365 * 86_400;

/** A value of seconds, or `never`: commander makes an empty text of a `null`. */
export type Expiry = number | 'never';

export function expiryOption(byDefault: string): Option {
  const seconds = durationSeconds({ min: 1, max: EXPIRES_SECONDS_MAX });
  return new Option('--expires <duration>', `how long it is good: 12h, 90d, never (default ${byDefault})`).argParser(
    (text: string) => (text === 'never' ? text : seconds(text)),
  );
}

/** As the API takes it: absent: its default; `null`: never. */
export function expiryField(expires: Expiry | undefined): { readonly expiresIn?: number | null } {
  return expires === undefined ? {} : { expiresIn: expires === 'never' ? null : expires };
}
