/** What the login of people needs of whoever keeps tokens: sessions of browsers, tokens of the command line, and a note of what was refused. */
import type { Problem, Role } from '@sluice/contract';
import type { FleetToken } from '../../fleet/token.ts';

/** Somebody whom the provider knows and whom a group rule lets in. */
export interface Person {
  /** The provider's own, unchanging name of them. */
  readonly subject: string;
  /** How the history names them. */
  readonly name: string;
  readonly role: Role;
  /** Only nodes that it matches exist for them; `null`: all. */
  readonly selector: string | null;
}

/** The same, with the address that they came from. */
export interface PersonAtAddress extends Person {
  readonly from: string;
}

/** Shown once; kept only as a hash. */
export interface IssuedSecret {
  readonly secret: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface RefusedLogin {
  /** `null`: not known who it was. */
  readonly subject: string | null;
  readonly reason: string;
  readonly from: string;
}

/** The store could not be written: nothing was made or ended, and the person is told so. */
export class NotKeptError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Every promise rejects with a `NotKeptError` when the store cannot be written; what it would have made does not exist then. */
export interface SessionKeeper {
  /** Makes a browser session; the secret goes into the cookie and is kept only as a hash. Durable when it resolves. */
  openSession(person: PersonAtAddress): Promise<IssuedSecret>;
  /** The same for whoever has shown an API token: the session may do what the token may, and ends with it. `null`: it has ended. */
  openSessionWith(token: FleetToken, from: string): Promise<IssuedSecret | null>;
  /** Ends a browser's session, or the token that a command line got by logging in; of any other secret nothing comes. */
  endSession(secret: string): Promise<void>;
  /** Makes an API token for the command line of a person who has logged in; it ends by itself after the configured time. */
  createLoginToken(person: PersonAtAddress): Promise<IssuedSecret>;
  /** For the audit: a login that was refused, with its reason. */
  noteRefusedLogin(refusal: RefusedLogin): void;
}
