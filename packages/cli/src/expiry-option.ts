/** `--expires`: how long a token is good. */
import { Option } from 'commander';
import { durationSeconds } from './duration.ts';

/** Seconds of the longest life that can be asked for: ten years. */
const EXPIRES_SECONDS_MAX = 10 * 365 * 86_400;

/** A value of seconds, or `null` for `never`. */
export function expiryOption(byDefault: string): Option {
  const seconds = durationSeconds({ min: 1, max: EXPIRES_SECONDS_MAX });
  return new Option('--expires <duration>', `how long it is good: 12h, 90d, never (default ${byDefault})`).argParser(
    (text: string) => (text === 'never' ? null : seconds(text)),
  );
}
