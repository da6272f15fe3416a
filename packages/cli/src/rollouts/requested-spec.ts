/** From the words of a command line to the specification that is sent, its file and the parameters of a declared command read. */
import type { Client } from '@sluice/client';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printError, printProblem } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { readParameterValues, type ParameterValues } from '../commands/parameter-values.ts';
import { readSpecDraft, type SpecDraft } from './spec-draft.ts';
import { readSpecFile, withDraft, type SpecDocument } from './spec-file.ts';
import type { SpecOptions } from './spec-options.ts';

export interface RequestedSpec {
  readonly document: SpecDocument;
  /** What of it the command line said itself. */
  readonly draft: SpecDraft;
}

/** What cannot be sent is said on the terminal; its exit code comes back. */
export async function requestedSpec(
  terminal: Terminal,
  client: Client,
  words: readonly string[],
  options: SpecOptions,
): Promise<RequestedSpec | ExitCode> {
  let failure: ExitCode | null = null;
  const readParameters = async (name: string, pairs: readonly string[]): Promise<ParameterValues> => {
    const catalogue = await client.listCommands();
    if (!catalogue.ok) {
      failure = printProblem(terminal, catalogue.problem);
      return { ok: true, values: {} };
    }
    // A command that nobody declares yet is the server's to refuse: it knows which nodes are meant.
    const declared = catalogue.value.items.find((item) => item.name === name);
    return readParameterValues(pairs, declared?.parameters ?? {});
  };
  const read = await readSpecDraft(words, options, readParameters);
  if (failure !== null) return failure;
  if (!read.ok) {
    printError(terminal, read.detail, read.whatToDo);
    return exitCodes.wrongUsage;
  }
  const { draft } = read;
  if (options.file === undefined) return { document: { ...draft }, draft };
  const file = await readSpecFile(options.file);
  if (file.ok) return { document: withDraft(file.document, draft), draft };
  printError(terminal, file.detail, 'Write it as the API takes it: sluice rollouts plan --help, docs/rollouts.md.');
  return exitCodes.wrongUsage;
}
