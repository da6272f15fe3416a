/** Does the work of a verb of the store, and says what it was when it fails. */
export type Doing = <Result>(what: string, work: () => Promise<Result>) => Promise<Result>;
