/** Finds the system's code in an error or in what caused it. */

/** Such as `EADDRINUSE`; `null` when no error of the chain has one. */
export function errorCode(error: unknown): string | null {
  for (let one = error; one instanceof Error; one = one.cause) {
    const code: unknown = Reflect.get(one, 'code');
    if (typeof code === 'string') return code;
  }
  return null;
}
