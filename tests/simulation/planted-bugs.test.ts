/** The simulation bites: typical bugs, planted one by one into the real sources, are each found. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { plantedBugs } from './planted-bugs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Worlds that are run at most until the bug is found. */
const SEEDS = 600;

test.each(plantedBugs)('finds: $name', { timeout: 400_000 }, async ({ name }) => {
  const output = await simulateWith(name);
  expect(output).toContain('npm run simulate -- --seed');
  // What it finds is a broken promise, and not that the bug could not be planted or the code not be run.
  expect(output).not.toMatch(/planting '|SyntaxError|ReferenceError|is not a function/u);
});

function simulateWith(bug: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        path.join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--config',
        'tests/simulation/planted-bug.config.ts',
        'tests/simulation/simulation.test.ts',
        '--testNamePattern',
        'keep every promise',
      ],
      {
        cwd: root,
        env: {
          ...process.env,
          SLUICE_PLANTED_BUG: bug,
          SLUICE_SIMULATION_SEEDS: String(SEEDS),
          SLUICE_SIMULATION_FIRST_SEED: '1',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}
