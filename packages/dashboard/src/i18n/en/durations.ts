/** Times and amounts. */
import { durationInWords } from '@sluice/core';

export const durations = {
  /** As the command line writes them: `5 min 3 s`. */
  duration: (ms: number): string => durationInWords(ms),
  ago: (ms: number): string => (ms < 1000 ? 'just now' : `${durationInWords(ms)} ago`),
  in: (ms: number): string => (ms < 1000 ? 'now' : `in ${durationInWords(ms)}`),
  never: 'never',
  none: '–',
  unknown: 'not known',
};
