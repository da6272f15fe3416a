/** Which keys of a value nobody looked at: a validator of a schema looks at every key that the schema knows, and passes over the others. */

/**
 * @param read Looks at a copy of the value as deep as it wants to.
 * @returns The paths of the keys that it did not look at, such as `/spec/replica`.
 */
export function unreadKeys(value: object, read: (watched: object) => void): readonly string[] {
  const seen = new Set<string>();
  read(watch(value, '', seen));
  return pathsOf(value, '').filter((path) => !seen.has(path));
}

function watch<T extends object>(value: T, path: string, seen: Set<string>): T {
  return new Proxy(value, {
    get(target, key, receiver) {
      const inner: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return inner;
      seen.add(`${path}/${key}`);
      return typeof inner === 'object' && inner !== null ? watch(inner, `${path}/${key}`, seen) : inner;
    },
  });
}

function pathsOf(value: object, path: string): readonly string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => [
    `${path}/${key}`,
    ...(typeof inner === 'object' && inner !== null ? pathsOf(inner, `${path}/${key}`) : []),
  ]);
}
