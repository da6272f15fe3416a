/** `sluice doctor` as a test asks it: its findings by the names of their checks. */
import { runSluice } from '../../packages/cli/src/captured-terminal.ts';

export interface Examined {
  readonly exitCode: number;
  /** `verdict: what was seen → the mend`, by the check's name. */
  readonly findings: Readonly<Record<string, string>>;
}

/** @param environment Of the command: where the server is, and the token. */
export async function doctor(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  homeDirectory = '/nonexistent',
): Promise<Examined> {
  const { exitCode, out } = await runSluice(['doctor', ...args, '-o', 'json'], { environment, homeDirectory });
  return { exitCode, findings: findingsIn(out) };
}

/** What `-o json` printed. */
export function findingsIn(json: string): Examined['findings'] {
  const document: unknown = JSON.parse(json);
  const listed = typeof document === 'object' && document !== null && 'findings' in document ? document.findings : [];
  return Object.fromEntries(
    (Array.isArray(listed) ? listed : []).map((finding: Readonly<Record<string, unknown>>) => [
      String(finding['check']),
      `${String(finding['verdict'])}: ${String(finding['seen'])} → ${String(finding['mend'])}`,
    ]),
  );
}
