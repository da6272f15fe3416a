/** What public/begin.js has asked for before this program was there. */

const begun: unknown = Reflect.get(globalThis, 'sluiceBegun');

/** The answer that is on its way already, which is taken once; without one, @param ask is called. */
export async function begunOr(path: string, ask: () => Promise<Response>): Promise<Response> {
  if (!(begun instanceof Map)) return ask();
  const answer: unknown = begun.get(path);
  begun.delete(path);
  const response: unknown = await answer;
  return response instanceof Response ? response : ask();
}
