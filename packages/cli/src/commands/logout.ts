/** `sluice logout`: ends the token that `sluice login` got, on the server and here. */
import { Command, Option } from 'commander';
import { serverCaOption } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { credentialsPath, keepCredential, readCredentials, serverKey } from '../login/credentials.ts';
import { LoginServer } from '../login/login-server.ts';
import { printError, printLine, printNote, printProblem } from '../output/print.ts';
import { HOW_TO_PIN, pinnedFetch } from '../pinned-fetch.ts';
import { resolveServer, type SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function logoutCommand(terminal: Terminal, finish: Finish): Command {
  return new Command('logout')
    .summary('end what `sluice login` began')
    .description('Ends the token that `sluice login` got for this server, there and here. Other tokens are untouched.')
    .addOption(new Option('--server, --url <url>', 'the server (or SLUICE_URL; default http://127.0.0.1:7070)'))
    .addOption(serverCaOption())
    .addHelpText('after', '\nExample:\n  sluice logout --server https://sluice.example')
    .action((flags: SettingFlags) => finish(logOut(terminal, flags)));
}

async function logOut(terminal: Terminal, flags: SettingFlags): Promise<ExitCode> {
  const resolved = await resolveServer(flags, terminal);
  if (!resolved.ok) {
    printError(terminal, resolved.detail, resolved.whatToDo);
    return exitCodes.wrongUsage;
  }
  const { url } = resolved;
  const pinned = await pinnedFetch(resolved.serverCa);
  if (!pinned.ok) {
    printError(terminal, pinned.detail, HOW_TO_PIN);
    return exitCodes.wrongUsage;
  }
  const path = credentialsPath(terminal);
  const credentials = await readCredentials(path);
  if (!credentials.ok) {
    printError(terminal, credentials.detail, credentials.whatToDo);
    return exitCodes.wrongUsage;
  }
  const credential = credentials.byServer.get(serverKey(url));
  if (credential === undefined) {
    printLine(terminal, `Nobody is logged in at ${url} here.`);
    return exitCodes.done;
  }
  // First here: whoever leaves a machine must not leave a token on it because the server is away.
  await keepCredential(path, serverKey(url), null);
  const ended = await new LoginServer(url, terminal.interrupt, pinned.fetch).end(credential.token);
  if (!ended.ok) {
    const code = printProblem(terminal, { ...ended.problem, requestId: null, field: null });
    printNote(terminal, `The token is removed here. The server ends it by itself at ${credential.expiresAt}.`);
    return code;
  }
  printLine(terminal, `Logged out at ${url}.`);
  return exitCodes.done;
}
