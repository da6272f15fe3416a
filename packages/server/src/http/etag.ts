/** Entity tags and their preconditions (RFC 9110, sections 8.8.3 and 13.1). */

/** The entity tags of a header's list; `*` stands alone. */
function tagsOf(header: string): readonly string[] {
  return header.trim() === '*' ? ['*'] : (header.match(/(?:W\/)?"[^"]*"/gu) ?? []);
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** If-None-Match compares weakly: whether the client has this already. */
export function isKnown(header: string | string[] | undefined, etag: string): boolean {
  const given = firstOf(header);
  if (given === undefined) return false;
  const opaque = (tag: string) => tag.replace(/^W\//u, '');
  return tagsOf(given).some((tag) => tag === '*' || opaque(tag) === opaque(etag));
}

/** If-Match compares strongly. @returns Whether the precondition holds; one that is absent does. */
export function isMatched(header: string | string[] | undefined, etag: string): boolean {
  const given = firstOf(header);
  return given === undefined || tagsOf(given).some((tag) => tag === '*' || tag === etag);
}

/** Whether If-Match asks for one of certain tags; `*` asks only that there is anything. */
export function isConditional(header: string | string[] | undefined): boolean {
  return header !== undefined && !tagsOf(firstOf(header) ?? '').includes('*');
}
