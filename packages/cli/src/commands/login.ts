/** `sluice login`: a person logs in at the server's provider, in their browser, and this command line gets a token of theirs. */
import { createHash, randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { serverCaOption } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { credentialsPath, keepCredential, readCredentials, serverKey } from '../login/credentials.ts';
import { LoginServer } from '../login/login-server.ts';
import { openBrowser } from '../login/open-browser.ts';
import { waitForBrowser } from '../login/wait-for-browser.ts';
import { printError, printLine, printNote, printProblem } from '../output/print.ts';
import { untilInWords } from '../output/time-in-words.ts';
import { HOW_TO_PIN, pinnedFetch } from '../pinned-fetch.ts';
import { resolveServer, type SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

/** Milliseconds: what the server gives for the login at the provider, and for reading the page after it. */
const BROWSER_WITHIN_MS = 15 * 60_000;
const VERIFIER_BYTES = 32;
const STATE_BYTES = 24;
/** Characters of the challenge that terminal and page show, for a person to compare. */
const SHOWN_LENGTH = 8;

interface LoginOptions extends SettingFlags {
  readonly browser: boolean;
}

export function loginCommand(terminal: Terminal, finish: Finish): Command {
  return new Command('login')
    .summary('log in through your company, in a browser')
    .description(
      'Opens the login of your company in a browser and keeps the token that comes of it for this server, in\n' +
        '~/.config/sluice/credentials.json (yours alone). It ends by itself after some hours; `sluice logout` ends it at once.',
    )
    .addOption(new Option('--server, --url <url>', 'the server (or SLUICE_URL; default http://127.0.0.1:7070)'))
    .addOption(serverCaOption())
    .option('--no-browser', 'only print the address')
    .addHelpText('after', '\nExample:\n  sluice login --server https://sluice.example')
    .action((options: LoginOptions) => finish(logIn(terminal, options)));
}

async function logIn(terminal: Terminal, { browser, ...flags }: LoginOptions): Promise<ExitCode> {
  const resolved = await resolveServer(flags, terminal);
  const path = credentialsPath(terminal);
  const before = resolved.ok ? await readCredentials(path) : resolved;
  if (!resolved.ok || !before.ok) {
    const fault = resolved.ok ? before : resolved;
    if (!fault.ok) printError(terminal, fault.detail, fault.whatToDo);
    return exitCodes.wrongUsage;
  }
  const pinned = await pinnedFetch(resolved.serverCa);
  if (!pinned.ok) {
    printError(terminal, pinned.detail, HOW_TO_PIN);
    return exitCodes.wrongUsage;
  }
  const server = new LoginServer(resolved.url, terminal.interrupt, pinned.fetch);
  const verifier = randomBytes(VERIFIER_BYTES).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const state = randomBytes(STATE_BYTES).toString('base64url');
  const abandoned = new AbortController();
  const interrupt = AbortSignal.any([terminal.interrupt, abandoned.signal]);
  const { port, brought } = await waitForBrowser(state, BROWSER_WITHIN_MS, interrupt);
  try {
    const address = server.addressFor(port, challenge, state);
    const checked = await server.check(address);
    if (!checked.ok) return printProblem(terminal, { ...checked.problem, requestId: null, field: null });
    printNote(terminal, 'Log in at this address, in a browser on this machine:');
    printNote(terminal, `  ${address}`);
    printNote(terminal, `The page must show the code ${challenge.slice(0, SHOWN_LENGTH)}. Waiting; Ctrl-C gives up.`);
    if (browser) openBrowser(address, terminal);
    const result = await brought;
    switch (result.kind) {
      case 'interrupted':
        return exitCodes.interrupted;
      case 'too-late':
        printError(terminal, 'Nobody logged in within 15 minutes.', 'Run `sluice login` again.');
        return exitCodes.timedOut;
      case 'refused':
        printError(terminal, 'The command line was not let in: it was refused in the browser.', 'Nothing was changed.');
        return exitCodes.notAuthorised;
      case 'code':
        return await keepToken(terminal, server, path, result.code, verifier);
    }
  } finally {
    abandoned.abort();
  }
}

async function keepToken(
  terminal: Terminal,
  server: LoginServer,
  path: string,
  code: string,
  verifier: string,
): Promise<ExitCode> {
  const answer = await server.tokenFor(code, verifier);
  if (!answer.ok) return printProblem(terminal, { ...answer.problem, requestId: null, field: null });
  const { token, expiresAt, name, role, selector } = answer.value;
  const kept = await keepCredential(path, serverKey(server.url), { token, expiresAt });
  if (!kept.ok) {
    printError(terminal, kept.detail, kept.whatToDo);
    return exitCodes.failed;
  }
  const where = selector === null ? 'on all nodes' : `on nodes with ${selector}`;
  const until = untilInWords(expiresAt, Date.now());
  printLine(terminal, `Logged in at ${server.url} as ${name}: ${role} ${where}. It ends in ${until}.`);
  return exitCodes.done;
}
