/** Documents as the text that a column keeps, and back. */
import type { Document } from './store.ts';

/** The text of a document; throws when JSON cannot say it (a BigInt, a cycle). */
export function documentText(document: Document): string {
  return JSON.stringify(document);
}

/** The document of a text; `where` names the row, for the error when a foreign hand has damaged it. */
export function documentFromText(text: string, where: string): Document {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`reading ${where}: its JSON is damaged; restore the store from a backup`, { cause: error });
  }
  if (!isDocument(value))
    throw new Error(`reading ${where}: its JSON is not an object; restore the store from a backup`);
  return value;
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
