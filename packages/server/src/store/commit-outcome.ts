/** What a commit came to. */

export type CommitOutcome =
  | {
      readonly ok: true;
      /** For each change the sequence number of each of its events, in order; strictly growing over the whole commit. */
      readonly sequences: readonly (readonly number[])[];
      /** Of each note's event the sequence number. */
      readonly noteSequences: readonly number[];
    }
  | {
      /** Nodes were not at the revision expected of them. Nothing was changed. */
      readonly ok: false;
      readonly code: 'revision-conflict';
      /** All of them, each once, in the order of the changes. */
      readonly nodeIds: readonly string[];
    }
  | {
      /** The store could not be written now. Nothing was changed; the same commit may succeed later. */
      readonly ok: false;
      readonly code: 'store-unavailable';
      /** What is wrong and what to do, in plain words. */
      readonly reason: string;
    }
  | {
      /** Nobody knows yet whether it was written: the connection to the database was lost in the middle of the commit. */
      readonly ok: false;
      readonly code: 'outcome-unknown';
      readonly reason: string;
      /** Resolves with the truth when the database can be asked again; no other commit may be begun before. */
      readonly settled: Promise<SettledOutcome>;
    };

/** What a commit came to in the end. */
export type SettledOutcome = Exclude<CommitOutcome, { code: 'outcome-unknown' }>;
