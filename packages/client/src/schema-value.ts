/** The TypeScript type of the values that a contract schema describes, read from the schema's own JSON Schema keywords. */

/**
 * The values of schema `S`. It knows the keywords that the contract uses (`const`, `anyOf`, `properties`, `items`,
 * `patternProperties`, `type`) and agrees with the types that the contract exports, such as `Node`; a keyword that it does not know gives `unknown`, which no caller can use unseen.
 */
export type ValueOf<S> = S extends { '~unsafe': infer Value }
  ? Value
  : S extends { const: infer Value }
    ? Value
    : S extends { anyOf: infer Members extends readonly unknown[] }
      ? ValueOf<Members[number]>
      : S extends { properties: infer Properties }
        ? ObjectOf<Properties>
        : S extends { items: infer Item }
          ? ValueOf<Item>[]
          : S extends { patternProperties: infer Patterns }
            ? { readonly [key: string]: ValueOf<Patterns[keyof Patterns]> }
            : S extends { type: infer Name extends keyof Primitives }
              ? Primitives[Name]
              : unknown;

interface Primitives {
  readonly string: string;
  readonly integer: number;
  readonly number: number;
  readonly boolean: boolean;
  readonly null: null;
}

type OptionalKey<Properties> = {
  [Key in keyof Properties]: Properties[Key] extends { '~optional': true } ? Key : never;
}[keyof Properties];

type ObjectOf<Properties> = Flat<
  { readonly [Key in Exclude<keyof Properties, OptionalKey<Properties>>]: ValueOf<Properties[Key]> } & {
    readonly [Key in OptionalKey<Properties>]?: ValueOf<Properties[Key]>;
  }
>;

type Flat<T> = { [Key in keyof T]: T[Key] };
