/** Tells failures of the world that PostgreSQL lives in (a lost connection, a full disk) from mistakes of ours, in plain words. */
import { DatabaseError } from 'pg';
import type { PostgresAddress } from './postgres-address.ts';

/** A connection that cannot be used any more; what was asked on it may or may not have been done. */
export class ConnectionLostError extends Error {}

/** PostgreSQL works, but this server may not use this database; its message is for the person who starts it. */
export class RefusedError extends Error {}

/** By PostgreSQL's own codes; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const byDatabaseCode: Readonly<Record<string, (address: PostgresAddress, error: Error) => string>> = {
  '28P01': ({ user }) =>
    `PostgreSQL does not accept the password of the user '${user}'. Correct it in the address of the database.`,
  '28000': ({ user }, { message }) =>
    `PostgreSQL does not let the user '${user}' in from here (${message}). Check the user's name and the server's pg_hba.conf.`,
  '3D000': ({ database, user }) =>
    `The database '${database}' does not exist. Make it: createdb --encoding=UTF8 --template=template0 --owner=${user} ${database}`,
  '42501': ({ database, user }, { message }) =>
    `The user '${user}' may not do this in the database '${database}' (${message}). Make it the owner of the database, or grant it the rights.`,
  '53100': () => 'The disk of the PostgreSQL server is full. Free some space on it.',
  '53200': () => 'The PostgreSQL server is out of memory.',
  '53300': () =>
    'PostgreSQL has no connection left to give. End programs that hold some, or raise its max_connections.',
  '57014': () => 'PostgreSQL took too long and the statement was given up. Look for what keeps it busy.',
  '57P01': () => 'PostgreSQL is being shut down, or its administrator ended the connection.',
  '57P02': () => 'PostgreSQL crashed and is starting again.',
  '57P03': () => 'PostgreSQL is starting up, or shutting down.',
  '57P04': ({ database }) => `The database '${database}' was dropped.`,
  '25006': () =>
    'The database is read-only: it is a standby, or was set so. Give the address of the primary server, or make it writable.',
  '25P03': () => 'PostgreSQL ended a transaction that stood still for too long.',
  '55P03': () => 'Another program holds a lock on the tables of sluice. End that program, or wait until it is done.',
  '40P01': () => 'Another program that uses the tables of sluice stood in the way. It is tried again.',
  '40001': () => 'Another program that uses the tables of sluice stood in the way. It is tried again.',
  '58030': () => 'The disk of the PostgreSQL server failed to read or write. Look for the cause in its log.',
  XX001: () => 'The database is damaged. Stop the server and restore the database from a backup.',
  XX002: () => 'An index of the database is damaged. Rebuild it with REINDEX DATABASE.',
};

/** By the system's codes. */
const bySystemCode: Readonly<Record<string, (address: PostgresAddress) => string>> = {
  ECONNREFUSED: ({ host, port }) =>
    `Nothing listens at ${host}:${port}. Start PostgreSQL there, or correct the address of the database.`,
  ENOENT: ({ host }) =>
    `There is no PostgreSQL at ${host}. Start PostgreSQL there, or correct the address of the database.`,
  ENOTFOUND: ({ host }) => `There is no host named ${host}. Correct the address of the database.`,
  EAI_AGAIN: ({ host }) => `The name of the host ${host} cannot be looked up now. Check the DNS of this machine.`,
  EHOSTUNREACH: ({ host }) => `The host ${host} cannot be reached. Check the network between here and there.`,
  ENETUNREACH: ({ host }) => `The host ${host} cannot be reached. Check the network between here and there.`,
};

/** What is wrong and what to do, when the error comes from the database's world and not from a mistake of ours; else `null`. Never holds the password. */
export function unavailableReason(error: unknown, address: PostgresAddress): string | null {
  if (error instanceof DatabaseError) return databaseReason(error, address);
  if (error instanceof ConnectionLostError || error instanceof RefusedError) return error.message;
  if (!(error instanceof Error)) return null;
  const code: unknown = Reflect.get(error, 'code');
  const known = typeof code === 'string' ? bySystemCode[code] : undefined;
  if (known !== undefined) return known(address);
  if (/timeout|timed out/iu.test(error.message) || code === 'ETIMEDOUT') {
    return `${address.host}:${address.port} did not answer in time. Check that PostgreSQL runs there and is not overloaded, and the network between.`;
  }
  if (/certificate|self.signed|SSL/iu.test(`${error.message} ${String(code)}`)) {
    return `No secure connection to ${address.host}:${address.port} came about (${error.message}). Check sslmode and sslrootcert in the address of the database.`;
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || /terminated|not queryable|connection/iu.test(error.message)) {
    return `The connection to PostgreSQL at ${address.host}:${address.port} was lost.`;
  }
  return null;
}

function databaseReason(error: DatabaseError, address: PostgresAddress): string | null {
  const { code = '' } = error;
  const known = byDatabaseCode[code];
  if (known !== undefined) return known(address, error);
  if (code.startsWith('08')) return `The connection to PostgreSQL at ${address.host}:${address.port} was lost.`;
  if (code.startsWith('53') || code.startsWith('58')) return `PostgreSQL is in trouble: ${error.message}.`;
  return null;
}
