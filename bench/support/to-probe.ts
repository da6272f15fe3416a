/** What a benchmark asks of the probe inside its server. Loads nothing: the probe starts with the server. */

export type ToProbe =
  /** `memory` is the answer. */
  | { readonly kind: 'memory' }
  | { readonly kind: 'watch-lag' }
  /** `lag` is the answer; it is watched no more. */
  | { readonly kind: 'lag' }
  | { readonly kind: 'profile' }
  /** Ends the profile and writes it. `profiled` is the answer. */
  | { readonly kind: 'write-profile'; readonly file: string };

/** @returns `null`: it is not for the probe. */
export function toProbe(message: unknown): ToProbe | null {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return null;
  const { kind } = message;
  if (kind === 'memory' || kind === 'watch-lag' || kind === 'lag' || kind === 'profile') return { kind };
  if (kind !== 'write-profile' || !('file' in message) || typeof message.file !== 'string') return null;
  return { kind, file: message.file };
}
