/** Which store a command on this machine is about: given as the server itself is given it. */
import path from 'node:path';
import { durationInWords } from '@sluice/core';
import type { StoreLocation } from '@sluice/server';
import type { Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printError } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';

export interface StoreFlags {
  readonly config?: string;
  readonly data?: string;
  readonly database?: string;
}

const DATA_HELP = 'where the server keeps its data (or SLUICE_DATA; default ./sluice-data)';
const CONFIG_HELP = "the server's configuration file, when it says where its data is";

/** The options of a command that is about a data directory. */
export function withDataOptions(command: Command): Command {
  return command.option('--data <dir>', DATA_HELP).option('--config <file>', CONFIG_HELP);
}

/** The options of a command that is about a store of either kind. */
export function withStoreOptions(command: Command): Command {
  return withDataOptions(command).option(
    '--database <url>',
    'instead of --data: a PostgreSQL database (better: SLUICE_DATABASE_URL, which no list of processes shows)',
  );
}

/** The flags of a command below `sluice server`, with those that were written before its name. */
export function storeFlagsOf(command: Command): StoreFlags {
  const own: StoreFlags = command.opts();
  const before: StoreFlags = command.parent?.opts() ?? {};
  return { ...before, ...own };
}

/**
 * Does `act` with the store. A flag names it before the environment and the configuration file do; without usable settings
 * it says what to do and gives the exit code of wrong usage.
 */
export async function withStore(
  terminal: Terminal,
  { config, data, database }: StoreFlags,
  act: (location: StoreLocation) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (data !== undefined && database !== undefined) {
    printError(terminal, '--data and --database name two stores.', 'Give the one that is meant.');
    return exitCodes.wrongUsage;
  }
  if (data !== undefined) return act({ kind: 'sqlite', dataDirectory: path.resolve(data) });
  const { loadServerConfig } = await import('@sluice/server');
  const loaded = loadServerConfig({ flags: { config, database }, env: terminal.environment });
  if (!loaded.ok) {
    printError(terminal, loaded.message, 'Correct it, or say where the store is with --data DIR.');
    return exitCodes.wrongUsage;
  }
  const { databaseUrl, dataDirectory } = loaded.config;
  return act(databaseUrl === null ? { kind: 'sqlite', dataDirectory } : { kind: 'postgres', url: databaseUrl });
}

/** The same for a command that knows data directories only. */
export function withDataDirectory(
  terminal: Terminal,
  flags: StoreFlags,
  act: (dataDirectory: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withStore(terminal, flags, async (location) => {
    if (location.kind === 'sqlite') return act(location.dataDirectory);
    printError(
      terminal,
      'The server keeps its data in PostgreSQL, which has its own tools for this.',
      'Use pg_dump and pg_restore; `sluice server export` writes a file that any store can import. For a data directory, give --data DIR.',
    );
    return exitCodes.wrongUsage;
  });
}

/** The answer of an act that was refused: what is wrong and what to do. */
export function printRefusal(
  terminal: Terminal,
  { detail, whatToDo }: { readonly detail: string; readonly whatToDo: string },
): ExitCode {
  printError(terminal, detail, whatToDo);
  return exitCodes.failed;
}

/** `3 nodes, 1 operation, 40 events` */
export function rowsInWords(rows: Readonly<Record<string, number>>): string {
  const shown = ['nodes', 'operations', 'events', 'tokens'].filter((table) => rows[table] !== undefined);
  return shown.map((table) => `${rows[table]} ${rows[table] === 1 ? table.slice(0, -1) : table}`).join(', ');
}

/** How long something took that usually takes less than a second: `85 ms`, `12 s`. */
export function tookInWords(tookMs: number): string {
  return tookMs < 1000 ? `${Math.round(tookMs)} ms` : durationInWords(tookMs);
}

/** Gives the exit code of Ctrl-C when `act` was ended by it. */
export async function orInterrupted(terminal: Terminal, act: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await act();
  } catch (error) {
    if (terminal.interrupt.aborted && error === terminal.interrupt.reason) return exitCodes.interrupted;
    throw error;
  }
}
