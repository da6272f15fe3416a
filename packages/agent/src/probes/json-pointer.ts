/** A JSON pointer (RFC 6901): the one value of a document that it points at. */

/** Whether a text is a JSON pointer: empty (the whole document), or parts that each begin with `/`; `~` only as `~0` or `~1`. */
export function isJsonPointer(pointer: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)*$/u.test(pointer);
}

/** `undefined` where the pointer leads nowhere. */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = /^(?:0|[1-9]\d*)$/u.test(key) ? value[Number(key)] : undefined;
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key))
      value = Object.entries(value).find(([name]) => name === key)?.[1];
    else return undefined;
  }
  return value;
}
