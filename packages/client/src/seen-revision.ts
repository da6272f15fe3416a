/** The newest event that one client was shown, so that no later answer shows less, whichever server gives it. */
import { LAG_HEADER, MIN_REVISION_HEADER, REVISION_HEADER, revisionIn } from '@sluice/contract';

export class SeenRevision {
  /** `null`: nothing was shown yet. */
  #newest: number | null;

  /** @param known What is known to have been shown before, to somebody else; absent: nothing. */
  constructor(known?: number) {
    this.#newest = known ?? null;
  }

  /** What the next request is to be answered with at least; `null`: anything. */
  get newest(): number | null {
    return this.#newest;
  }

  /** An event was told. */
  saw(revision: number): void {
    if (this.#newest === null || revision > this.#newest) this.#newest = revision;
  }

  /** An answer came. @param asked What it had to show at least; `null`: anything. */
  answered(response: Response, asked: number | null): void {
    const shown = revisionOf(response, REVISION_HEADER);
    if (shown === null) return;
    // A refusal may come from before the server waited; what is answered shows what it had to, or is of another history.
    const isAnswer = response.ok || response.status === 304;
    if (asked !== null && shown < asked && isAnswer) this.#forget(asked);
    this.saw(shown);
  }

  /**
   * The server does not show what was asked for. One that was up to date in the meantime shows all that there is: the database was set back
   * to an earlier state, and what was seen is no more.
   * @param tookMs How long it was waited for.
   */
  refusedAsBehind(response: Response, asked: number, tookMs: number): void {
    const lagMs = revisionOf(response, LAG_HEADER);
    if (lagMs === null || lagMs <= tookMs) this.#forget(asked);
  }

  #forget(asked: number): void {
    // An answer to another call may have said so before.
    if (this.#newest !== null && this.#newest >= asked) this.#newest = null;
  }
}

/** The header that asks for it. */
export function minRevisionHeader(asked: number | null): Readonly<Record<string, string>> {
  return asked === null ? {} : { [MIN_REVISION_HEADER]: String(asked) };
}

function revisionOf({ headers }: Response, name: string): number | null {
  return revisionIn(headers.get(name) ?? '');
}
