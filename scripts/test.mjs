/** `npm test`: installs, checks, runs all tests (or those that the arguments name), and closes with one line of figures. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from './install-and-build.mjs';
import { installPrograms } from './install-programs.mjs';
import { runChecks } from './checks.mjs';
import { runStep } from './run-step.mjs';

const chosen = process.argv.slice(2);
// Who chooses tests does not wait for what others need.
if (chosen.length === 0) await installPrograms();

const parts = (await install()) ? [await runChecks(), await runVitest(chosen)] : [{ passed: 0, failed: 1 }];

const total = (figure) => parts.reduce((sum, part) => sum + (part[figure] ?? 0), 0);
const skipped = total('skipped');
console.log(`${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = total('failed') === 0 ? 0 : 1;

/** Runs vitest with its usual output, and counts from its JSON report. */
async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  const reportFile = join(folder, 'vitest.json');
  try {
    const { exitCode } = await runStep(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${reportFile}`,
        ...args,
      ],
      { inherit: true },
    );
    const counts = existsSync(reportFile)
      ? countsOf(JSON.parse(readFileSync(reportFile, 'utf8')))
      : { passed: 0, failed: 0, skipped: 0 };
    // An error outside every test, a crash, or nothing to run: vitest says so by its exit code alone.
    if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countsOf(report) {
  // A file that could not be loaded has no failed test in it, and is counted as one.
  const unloadedFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadedFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
