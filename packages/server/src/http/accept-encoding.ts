/** Whether an answer is worth packing for its reader. */

/** RFC 9110, section 12.5.3: a coding that is named, or `*`, unless its weight is 0. */
export function takesGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.split(';').map((part) => part.trim()));
  const weightOf = (name: string) => codings.find(([coding]) => coding === name)?.[1] ?? null;
  const isNamed = (name: string) => codings.some(([coding]) => coding === name);
  const wanted = ['gzip', 'x-gzip', '*'].find(isNamed);
  return wanted !== undefined && !/^q=0(?:\.0*)?$/u.test(weightOf(wanted) ?? '');
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
