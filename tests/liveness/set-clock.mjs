/** Loaded before a process' own code: its time of day is off by the milliseconds in the file that SLUICE_TEST_CLOCK names. What passed is counted rightly. */
import { readFileSync } from 'node:fs';

const file = process.env.SLUICE_TEST_CLOCK;
const SystemDate = Date;
/** Milliseconds for which the file is believed. */
const BELIEVED_FOR_MS = 20;
let offsetMs = 0;
let readAt = -BELIEVED_FOR_MS;

function now() {
  if (performance.now() >= readAt + BELIEVED_FOR_MS) {
    readAt = performance.now();
    offsetMs = Number(readFileSync(file, 'utf8'));
  }
  return SystemDate.now() + offsetMs;
}

globalThis.Date = class extends SystemDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }

  static now() {
    return now();
  }
};
