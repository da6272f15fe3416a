/** Asks the desktop to open an address in the person's browser; nothing is lost when it cannot. */
import { spawn } from 'node:child_process';
import type { Terminal } from '../terminal.ts';

/** By `process.platform`; each takes the address as its last argument, without a shell. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** @param address Begins with http:// or https://, so that no program takes it for an option. */
export function openBrowser(address: string, { environment }: Terminal): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  // A browser that starts now keeps this environment for days: no token must be in it.
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('SLUICE_')));
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true, env });
  // No desktop, no such program: the person has the address before their eyes.
  child.on('error', () => undefined);
  child.unref();
}
