/** Runs a program of the workspace as a step: quiet when it succeeds, its whole output when it fails. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const workspaceDirectory = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ readonly inherit?: boolean, readonly env?: Record<string, string> }} [options]
 * @returns {Promise<{ readonly exitCode: number, readonly output: string }>}
 */
export function runStep(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: workspaceDirectory,
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ exitCode: 1, output: `${command}: ${error.message}\n` }));
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** The path of a program that a package of the workspace brings, run by this very Node.js. */
export function binary(name) {
  return fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
}
