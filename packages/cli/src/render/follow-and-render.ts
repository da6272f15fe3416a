/** Keeps a file as the fleet is: looks when an event says that something changed, renders, writes, reloads; what fails is tried again. */
import type { Client } from '@sluice/client';
import { exitCodeOf, exitCodes, type ExitCode } from '../exit-codes.ts';
import { printError, printLine, printNote, printProblem } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { followFleet } from '../waiting/fleet-changes.ts';
import { writeIfChanged } from './rendered-file.ts';
import { runReload } from './run-reload.ts';
import { templateViewOf, type TemplateView } from './template-view.ts';

/** Milliseconds between two looks without an event, in case one was lost. */
const LOOK_EVERY_MS = 5000;
/** Milliseconds until a write or a reload that failed, or a server that is away, is tried again. */
const RETRY_MS = 2000;

export interface RenderJob {
  readonly output: string;
  readonly render: (view: TemplateView) => string;
  /** Empty: nothing is run. */
  readonly reload: readonly string[];
  readonly query: { readonly type?: string; readonly selector?: string };
  /** Whether a file without a node is written, too. */
  readonly isEmptyAllowed: boolean;
}

type Nodes = Extract<Awaited<ReturnType<Client['listNodes']>>, { readonly ok: true }>;

/** One run of the job, many times: each brings the file and the balancer nearer to what the fleet is. */
class Renderer {
  readonly #terminal: Terminal;
  readonly #job: RenderJob;
  // What an earlier run wrote may never have been reloaded.
  #isReloadDue = true;
  #said: string | null = null;

  constructor(terminal: Terminal, job: RenderJob) {
    this.#terminal = terminal;
    this.#job = job;
  }

  /** @returns Whether the balancer has what the fleet is. */
  async bring({ value }: Nodes): Promise<boolean> {
    const { output, render, reload, isEmptyAllowed } = this.#job;
    const { view, unaddressable } = templateViewOf(value.items);
    if (view.nodes.length === 0 && !isEmptyAllowed) {
      this.#say(`No node is in rotation: ${output} is left as it is (--allow-empty writes it all the same).`);
      return true;
    }
    try {
      if (await writeIfChanged(output, render(view))) this.#isReloadDue = true;
    } catch (error) {
      this.#say(`${error instanceof Error ? error.message : String(error)}. It is tried again.`);
      return false;
    }
    if (!this.#isReloadDue) return true;
    const { environment, interrupt: signal } = this.#terminal;
    const problem = reload.length === 0 ? null : await runReload({ command: reload, environment, signal });
    if (problem !== null) {
      this.#say(`The file is written, but not reloaded: ${problem}. It is tried again.`);
      return false;
    }
    this.#isReloadDue = false;
    this.#said = null;
    const left = unaddressable.length === 0 ? '' : `; left out, for want of an IP address: ${unaddressable.join(', ')}`;
    const ids = view.nodes.map(({ id }) => id).join(', ');
    printLine(this.#terminal, `${output}: ${view.nodes.length} in rotation (${ids})${left}`);
    return true;
  }

  /** What stays wrong is said once. */
  #say(text: string): void {
    if (this.#said !== text) printNote(this.#terminal, text);
    this.#said = text;
  }
}

/** Once, for schedules and scripts. */
export async function renderOnce(terminal: Terminal, client: Client, job: RenderJob): Promise<ExitCode> {
  const answer = await client.listNodes({ query: job.query });
  if (!answer.ok) return printProblem(terminal, answer.problem);
  return (await new Renderer(terminal, job).bring(answer)) ? exitCodes.done : exitCodes.failed;
}

/** Until Ctrl-C. A server that is away leaves the file as it is. */
export async function followAndRender(terminal: Terminal, client: Client, job: RenderJob): Promise<ExitCode> {
  const { interrupt } = terminal;
  const renderer = new Renderer(terminal, job);
  const changes = followFleet(client, null, interrupt);
  let isReachable = true;
  try {
    while (!interrupt.aborted) {
      const answer = await client.listNodes({ query: job.query });
      let isDone = false;
      if (answer.ok) {
        if (!isReachable) printNote(terminal, 'The server is back.');
        isReachable = true;
        isDone = await renderer.bring(answer);
      } else {
        const code = exitCodeOf(answer.problem);
        if (code === exitCodes.interrupted) break;
        if (code !== exitCodes.unreachable && code !== exitCodes.timedOut && code !== exitCodes.failed)
          return printProblem(terminal, answer.problem);
        if (isReachable)
          printError(terminal, answer.problem.detail, `${job.output} stays as it is. Still trying; Ctrl-C ends it.`);
        isReachable = false;
      }
      await changes.next(isDone ? LOOK_EVERY_MS : RETRY_MS);
    }
    return exitCodes.done;
  } finally {
    changes.stop();
  }
}
