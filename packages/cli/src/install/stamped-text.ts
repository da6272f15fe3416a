/** The first line of a file that was installed: it tells whether somebody has changed the rest since. */
import { createHash } from 'node:crypto';

const STAMP = /^# Written by `sluice (?:agent|server) install`, sha256 (?<sum>[0-9a-f]{64})\..*\n/u;

/** @param service For whom it is written. */
export function withStamp(body: string, service: 'agent' | 'server'): string {
  return `# Written by \`sluice ${service} install\`, sha256 ${sumOf(body)}. Your own settings: systemctl edit sluice-${service}\n${body}`;
}

/** Whether the text is as some version of Sluice has written it. */
export function isAsWritten(text: string): boolean {
  const stamp = STAMP.exec(text);
  return stamp !== null && stamp.groups?.['sum'] === sumOf(text.slice(stamp[0].length));
}

function sumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
