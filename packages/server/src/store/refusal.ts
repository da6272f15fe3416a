/** What an administrative act (a backup, a restore, an export, an import) answers when it cannot be done: nothing was changed. */
export interface Refusal {
  readonly ok: false;
  /** What is wrong, in a sentence for the one who asked. */
  readonly detail: string;
  /** What they can do now. */
  readonly whatToDo: string;
}

export function refuse(detail: string, whatToDo: string): Refusal {
  return { ok: false, detail, whatToDo };
}
