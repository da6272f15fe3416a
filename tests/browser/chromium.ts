/** A real browser for tests: Debian's Chromium, without a profile of anybody's. */
import { type Browser, chromium } from 'playwright-core';
import { isInstalled } from '../started-program.ts';

/** As Debian and others name it. */
const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const found = PROGRAMS.find(isInstalled);

/** What the title of skipped tests says. */
export const hasChromium = found !== undefined;

/** Nothing of it leaves this machine by itself, and it uses no hardware that a server lacks. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param flags Beside ours. */
export function startChromium(flags: readonly string[] = []): Promise<Browser> {
  if (found === undefined) throw new Error('starting Chromium, which is not installed: apt-get install chromium');
  return chromium.launch({ executablePath: found, args: [...FLAGS, ...flags] });
}
