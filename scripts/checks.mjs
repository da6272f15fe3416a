/** The checks beside the tests: types, lint and walls, format, dead code, the dashboard's size, generated files. */
import { binary, runStep } from './run-step.mjs';

const CHECKS = [
  ['types and build', process.execPath, ['scripts/build.mjs']],
  ['lint and walls', binary('oxlint'), ['--type-aware', '--deny-warnings']],
  ['format', binary('oxfmt'), ['--check', '.']],
  ['dead code', binary('knip'), ['--no-progress']],
  ['size of the dashboard', process.execPath, ['scripts/check-dashboard-size.mjs']],
  ['generated files', process.execPath, ['scripts/generate.mjs', '--check']],
];

/**
 * Runs every check, says a line each, and the whole output of those that fail.
 * @returns {Promise<{ readonly passed: number, readonly failed: number }>}
 */
export async function runChecks() {
  let failed = 0;
  for (const [name, command, args] of CHECKS) {
    const startedAt = performance.now();
    const { exitCode, output } = await runStep(command, args);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${exitCode === 0 ? '✓' : '✗'} ${name} (${seconds} s)\n`);
    if (exitCode === 0) continue;
    failed += 1;
    process.stdout.write(`${output.trimEnd()}\n`);
  }
  return { passed: CHECKS.length - failed, failed };
}
