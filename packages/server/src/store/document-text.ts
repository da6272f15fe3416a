/** Documents as the text that a column keeps, and back. */
import { type Document, StoreUnavailableError } from './store.ts';

/** The text of a document; throws when JSON cannot say it (a BigInt, a cycle). */
export function documentText(document: Document): string {
  return JSON.stringify(document);
}

/**
 * The document of a text.
 * @param where Names the row.
 * @throws StoreUnavailableError when a foreign hand or a failing disk has damaged it.
 */
export function documentFromText(text: string, where: string): Document {
  let value: unknown;
  let cause: unknown = null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    cause = error;
  }
  if (isDocument(value)) return value;
  throw new StoreUnavailableError(
    `The database is damaged: ${where} cannot be read. Stop the server and restore the database from a backup.`,
    { cause },
  );
}

/** The document of a text; `null`: it is damaged. */
export function documentOrNull(text: string): Document | null {
  try {
    const value: unknown = JSON.parse(text);
    return isDocument(value) ? value : null;
  } catch {
    return null;
  }
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
