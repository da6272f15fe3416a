/** Asks the workload to drain, to take sessions again, or to end those that remain: by HTTP, by signal or by command. */
import type { Availability } from '@sluice/contract';
import { requestOverHttp } from '../http-request.ts';
import { quote } from '../quote.ts';
import { type CommandLine, runCommand, whatWentWrong } from '../run-command.ts';
import type { SignalOutcome } from '../drivers/driver.ts';

export type Hook =
  /** Done: it answers 200 to 299. `body` is JSON text; `null`: none. */
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly url: string;
      readonly body: string | null;
      readonly timeoutMs: number;
    }
  /** Done: the signal was sent. Whether the workload heeds it, nobody says. */
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals; readonly timeoutMs: number }
  /** Done: it exits with 0. */
  | { readonly kind: 'exec'; readonly command: CommandLine; readonly timeoutMs: number }
  /** Done: every process of the workload that has joined the agent's socket has taken it. */
  | { readonly kind: 'library'; readonly availability: Availability; readonly timeoutMs: number };

export interface HookContext {
  /** Tells the workload over the agent's socket; needed for hooks of the kind `library` only. */
  readonly tellWorkload?: (availability: Availability, timeoutMs: number) => Promise<HookOutcome>;
  /** Sends a signal to the workload: `driver.signal`. */
  readonly sendSignal: (name: NodeJS.Signals) => SignalOutcome | Promise<SignalOutcome>;
  /** For commands. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly signal?: AbortSignal;
}

/** `text` and `problem` are sentences for a person. */
export type HookOutcome =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/** Never throws for what the workload does. */
export async function callHook(hook: Hook, context: HookContext): Promise<HookOutcome> {
  switch (hook.kind) {
    case 'http':
      return overHttp(hook, context);
    case 'signal': {
      const sent = await context.sendSignal(hook.signal);
      return sent.ok ? { ok: true, text: `${hook.signal} was sent.` } : sent;
    }
    case 'library':
      if (context.tellWorkload === undefined) throw new Error('a hook of the library, and no socket for it');
      return context.tellWorkload(hook.availability, hook.timeoutMs);
    case 'exec':
      return byCommand(hook, context);
  }
}

async function overHttp(
  { method, url, body, timeoutMs }: Extract<Hook, { kind: 'http' }>,
  { signal }: HookContext,
): Promise<HookOutcome> {
  const answer = await requestOverHttp({
    method,
    url,
    timeoutMs,
    ...(body === null ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.kind === 'failed') return { ok: false, problem: `${method} ${url} ${answer.problem}.` };
  const said = quote(answer.body);
  if (answer.status >= 200 && answer.status < 300)
    return { ok: true, text: `${method} ${url} answered ${answer.status}.` };
  return {
    ok: false,
    problem: `${method} ${url} answered ${answer.status}, expected 200 to 299${said === '' ? '.' : `: ${said}`}`,
  };
}

async function byCommand(
  { command, timeoutMs }: Extract<Hook, { kind: 'exec' }>,
  { environment, cwd, signal }: HookContext,
): Promise<HookOutcome> {
  const outcome = await runCommand({
    command,
    environment,
    cwd,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const problem = whatWentWrong(outcome, timeoutMs);
  if (problem !== null) return { ok: false, problem: `'${quote(command.join(' '))}' ${problem}.` };
  return { ok: true, text: `'${quote(command.join(' '))}' exited with code 0.` };
}
