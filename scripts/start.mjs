/** `npm start`: installs and builds what is missing, then runs the demo, a whole fleet on this machine. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { build, install } from './install-and-build.mjs';
import { workspaceDirectory } from './run-step.mjs';

// The demo needs the command and the workload that it runs; a mistake in a test must not keep anybody from starting it.
const isReady = (await install()) && (await build(['packages/cli', 'examples/game-server']));
if (!isReady) process.exit(1);

const child = spawn(process.execPath, ['packages/cli/bin/sluice.js', 'demo', ...process.argv.slice(2)], {
  cwd: workspaceDirectory,
  stdio: 'inherit',
});

// The demo ends itself, and this process waits for it. A terminal sends Ctrl-C to both of us; passed on, it would be the second
// one, which means "at once". From anywhere else a signal reaches this process alone and is passed on.
process.on('SIGINT', () => {
  if (!process.stdin.isTTY) child.kill('SIGINT');
});
process.on('SIGTERM', () => child.kill('SIGTERM'));

child.on('error', (cause) => {
  throw new Error('starting the demo', { cause });
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
