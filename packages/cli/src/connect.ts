/** From a command's flags to a client of the server. */
import { createClient, type Client } from '@sluice/client';
import { Option, type Command } from 'commander';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { HOW_TO_PIN, pinnedFetch } from './pinned-fetch.ts';
import { printError } from './output/print.ts';
import { resolveSettings, type SettingFlags } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** The options of every command that speaks to a server. A token has no flag of its own: process lists would show it. */
export function withConnectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'the server (or SLUICE_URL; default http://127.0.0.1:7070)').helpGroup('Connection:'),
    )
    .addOption(new Option('--token-file <file>', 'file with the token (or SLUICE_TOKEN)').helpGroup('Connection:'))
    .addOption(serverCaOption().helpGroup('Connection:'));
}

export function serverCaOption(): Option {
  return new Option(
    '--server-ca <file>',
    'trust only this certificate authority (or SLUICE_SERVER_CA; default: those of this machine)',
  );
}

/** Does `act` with a client, and the server's address without a slash at its end; without usable settings says what to do and gives the exit code of wrong usage. */
export async function withClient<Code extends number = ExitCode>(
  terminal: Terminal,
  flags: SettingFlags,
  act: (client: Client, url: string) => Promise<Code>,
): Promise<Code | ExitCode> {
  const settings = await resolveSettings(flags, terminal);
  if (!settings.ok) {
    printError(terminal, settings.detail, settings.whatToDo);
    return settings.exitCode ?? exitCodes.wrongUsage;
  }
  const { url, token, serverCa } = settings;
  const pinned = await pinnedFetch(serverCa);
  if (!pinned.ok) {
    printError(terminal, pinned.detail, HOW_TO_PIN);
    return exitCodes.wrongUsage;
  }
  return act(
    createClient({
      url,
      signal: terminal.interrupt,
      fetch: pinned.fetch,
      ...(token === null ? {} : { token }),
    }),
    url.replace(/\/+$/u, ''),
  );
}
