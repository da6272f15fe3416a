#!/usr/bin/env node
// The command that npm links into place: committed, so that `npm ci` finds it before the first build.
import { existsSync } from 'node:fs';

const main = new URL('../dist/bundle/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('sluice is not built yet: run npm run build');
  process.exitCode = 1;
}
