/** Where a text stops being JSON, and why: the same in every browser, which JSON.parse does not promise. */
import { parse, type ParseError, printParseErrorCode } from 'jsonc-parser';

export interface JsonFault {
  /** Why, in the words of the parser: `CommaExpected`. */
  readonly code: string;
  /** UTF-16 units from the beginning. */
  readonly offset: number;
  /** From 1, both. */
  readonly line: number;
  readonly column: number;
}

/** @returns `null`: it is JSON. */
export function jsonFault(text: string): JsonFault | null {
  try {
    JSON.parse(text);
    return null;
  } catch {
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
    const [first] = errors;
    const offset = first?.offset ?? text.length;
    const before = text.slice(0, offset).split('\n');
    const code = first === undefined ? 'ValueExpected' : printParseErrorCode(first.error);
    return { code, offset, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}
