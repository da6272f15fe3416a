/** `sluice version`. */
import { SLUICE_VERSION } from '@sluice/contract';
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';

export function versionCommand(terminal: Terminal, finish: Finish): Command {
  return new Command('version')
    .summary('print the version')
    .description('Prints the version of this command and of the Node.js that runs it.')
    .addOption(formatOption(['table', 'json', 'yaml']))
    .addHelpText('after', '\nExample:\n  sluice version -o json')
    .action(async ({ output }: { readonly output: Format }) => {
      const versions = { sluice: SLUICE_VERSION, node: process.versions.node };
      if (output === 'json' || output === 'yaml') terminal.stdout.write(renderDocument(output, versions));
      else printLine(terminal, `sluice ${versions.sluice} (Node.js ${versions.node})`);
      await finish(Promise.resolve(exitCodes.done));
    });
}
