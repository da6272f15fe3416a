/** Where a store is. */
export type StoreLocation =
  | { readonly kind: 'sqlite'; readonly dataDirectory: string }
  /** `url` holds the password: never logged. */
  | { readonly kind: 'postgres'; readonly url: string };
