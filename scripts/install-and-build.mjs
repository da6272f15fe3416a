/** Brings a checkout to the state in which it runs, doing only what is missing: Node.js checked, packages installed, sources built. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep, workspaceDirectory } from './run-step.mjs';

/** The oldest Node.js that Sluice runs on, as `engines` in package.json says. */
const NODE_OLDEST = [20, 19];

const COMMAND = 'packages/cli';
const LOCK_FILE = join(workspaceDirectory, 'package-lock.json');
/** npm's own record of what it installed; it writes it last. */
const INSTALLED_LOCK_FILE = join(workspaceDirectory, 'node_modules', '.package-lock.json');
/** Our record of what was installed, and for which Node.js. */
const STAMP_FILE = join(workspaceDirectory, 'node_modules', '.sluice-install');

/** Checks Node.js and installs the packages of package-lock.json where they are not there yet. False, after saying why, when that failed. */
export async function install() {
  if (!isNodeNewEnough()) {
    const [major, minor] = NODE_OLDEST;
    console.error(
      `Sluice needs Node.js ${major}.${minor} or newer and this is ${process.version}: install one from https://nodejs.org, then run this again.`,
    );
    return false;
  }
  if (isInstalled()) return true;
  console.log(
    existsSync(INSTALLED_LOCK_FILE)
      ? 'Installing packages (they have changed) …'
      : 'Installing packages (first time: about a minute) …',
  );
  const { exitCode, output } = await runNpmCi();
  if (exitCode !== 0) {
    console.error(`${output}\nnpm ci failed (exit code ${exitCode}): its output is above.`);
    return false;
  }
  writeStamp();
  return true;
}

/**
 * Builds what has changed; with the command also the dashboard that its server gives out, and the command's bundle. False, after showing the compiler's output, when that failed.
 * @param {readonly string[]} [projects] folders with a tsconfig.json; absent: all of them
 */
export async function build(projects = []) {
  if (!existsSync(join(workspaceDirectory, COMMAND, 'dist', 'main.js'))) console.log('Building …');
  const { exitCode, output } = await runStep(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...projects]);
  if (exitCode !== 0) {
    console.error(`${output}\nThe build failed: the compiler's output is above.`);
    return false;
  }
  if (projects.length === 0 || projects.includes(COMMAND)) {
    // Loaded late: it is there only once packages are installed.
    const { bundle } = await import('./bundle.mjs');
    const { buildDashboard } = await import('./build-dashboard.mjs');
    const [isDashboardBuilt] = await Promise.all([buildDashboard(), bundle()]);
    return isDashboardBuilt;
  }
  return true;
}

/** `npm ci`, by the very npm that called us where one did, so that no other one is looked up. */
function runNpmCi() {
  const npm = process.env.npm_execpath;
  return npm?.endsWith('.js') ? runStep(process.execPath, [npm, 'ci']) : runStep('npm', ['ci']);
}

function isNodeNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > NODE_OLDEST[0] || (major === NODE_OLDEST[0] && minor >= NODE_OLDEST[1]);
}

/**
 * Whether node_modules holds what package-lock.json asks for, built for this Node.js. Packages that somebody installed with npm
 * itself have no stamp, or an old one: they count when npm finished after the lock file last changed.
 */
function isInstalled() {
  if (!existsSync(INSTALLED_LOCK_FILE)) return false;
  const stamp = existsSync(STAMP_FILE) ? readFileSync(STAMP_FILE, 'utf8').trim().split(' ') : [];
  const [lockHash, platform] = stamp;
  if (platform !== undefined && platform !== currentPlatform()) return false;
  if (lockHash === currentLockHash()) return true;
  if (statSync(INSTALLED_LOCK_FILE).mtimeMs < statSync(LOCK_FILE).mtimeMs) return false;
  writeStamp();
  return true;
}

function writeStamp() {
  writeFileSync(STAMP_FILE, `${currentLockHash()} ${currentPlatform()}\n`);
}

function currentLockHash() {
  return createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
}

/** What native modules are built for: they load in any Node.js of the same module version, on the same system. */
function currentPlatform() {
  return `${process.platform}-${process.arch}-${process.versions.modules}`;
}
