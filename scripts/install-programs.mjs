/** Real programs of others that tests use: installed from Debian's packages where that can be done without asking anybody. */
import { existsSync } from 'node:fs';
import { runStep } from './run-step.mjs';

/** The package of each program. */
const PACKAGES = {
  haproxy: 'haproxy',
  wrk: 'wrk',
  nginx: 'nginx-light',
  promtool: 'prometheus',
  zsh: 'zsh',
  fish: 'fish',
  'systemd-analyze': 'systemd',
  chromium: 'chromium',
};
/** Where Debian puts programs and daemons. */
const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
/** Installed, not started: the tests run processes of their own. */
const QUIETLY = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };

/** Says which are missing afterwards: their tests are skipped. */
export async function installPrograms() {
  const missing = missingPrograms();
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const packages = missing.map((program) => PACKAGES[program]);
    console.log(`Installing ${packages.join(', ')} for the tests …`);
    const aptGet = (seconds, ...args) => runStep('timeout', [seconds, 'apt-get', ...args, '-qq'], { env: QUIETLY });
    await aptGet('120', 'update');
    await aptGet('600', 'install', '-y', '--no-install-recommends', ...packages);
  }
  for (const program of missingPrograms())
    console.log(
      `${program} is not installed; the tests that need it are skipped (apt-get install ${PACKAGES[program]})`,
    );
}

function missingPrograms() {
  return Object.keys(PACKAGES).filter((program) => !FOLDERS.some((folder) => existsSync(`${folder}/${program}`)));
}
