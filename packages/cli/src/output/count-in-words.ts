/** Counts as people read them: `1,234 nodes`, `1 node`. */

const NUMBER = new Intl.NumberFormat('en');

export function numberInWords(count: number): string {
  return NUMBER.format(count);
}

/** @param thing In the singular; its plural is made with an `s`. */
export function countInWords(count: number, thing: string): string {
  return `${numberInWords(count)} ${thing}${count === 1 ? '' : 's'}`;
}
