/** Metadata that somebody is changing: what it is based on, what it is to become, and what to do when somebody else was first. */

/** The metadata as the server had it. */
export interface MetadataVersion {
  /** JSON for people. */
  readonly text: string;
  /** For `If-Match`; `null`: the server told none. */
  readonly etag: string | null;
}

/**
 * `edit`: it is being typed. `review`: what saving would change is shown, and may be saved.
 * With `isConflict` somebody else saved first: `base` is theirs, and stands beside what is typed.
 */
export interface MetadataDraft {
  readonly step: 'edit' | 'review';
  readonly base: MetadataVersion;
  readonly text: string;
  readonly isConflict: boolean;
}

export type DraftStep =
  | { readonly kind: 'typed'; readonly text: string }
  | { readonly kind: 'reviewed' }
  | { readonly kind: 'returned' }
  /** Somebody else saved first. */
  | { readonly kind: 'overtaken'; readonly theirs: MetadataVersion };

export function beginDraft(base: MetadataVersion): MetadataDraft {
  return { step: 'edit', base, text: base.text, isConflict: false };
}

export function stepDraft(draft: MetadataDraft, step: DraftStep): MetadataDraft {
  switch (step.kind) {
    case 'typed':
      return { ...draft, text: step.text };
    case 'reviewed':
      return { ...draft, step: 'review' };
    case 'returned':
      return { ...draft, step: 'edit' };
    case 'overtaken':
      // Nothing that was typed is lost, and nothing of theirs is overwritten unseen: it is to be reviewed again, against theirs.
      return { ...draft, step: 'edit', base: step.theirs, isConflict: true };
  }
}
