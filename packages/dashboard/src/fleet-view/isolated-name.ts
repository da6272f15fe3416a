/** A name as it may stand within a sentence: marks in it that turn the direction of writing end with it. What is an element of its own needs no such thing. */

const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** What would end the isolation from inside; without them nothing that it begins outlives it. */
const ISOLATES = /[\u2066-\u2069]/gu;

export function isolatedName(name: string): string {
  return TURNS.test(name) ? `\u2068${name.replaceAll(ISOLATES, '')}\u2069` : name;
}

/** A sentence of the server's in which a name may stand. */
export function withIsolated(sentence: string, name: string): string {
  return TURNS.test(name) ? sentence.replaceAll(name, isolatedName(name)) : sentence;
}
