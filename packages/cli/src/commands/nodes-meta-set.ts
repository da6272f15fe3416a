/** `sluice nodes meta set`: replaces the metadata of a node. */
import { Command } from 'commander';
import type { Finish } from '../finish.ts';
import type { Terminal } from '../terminal.ts';
import { writeMetadataCommand } from './write-metadata.ts';

export function nodesMetaSetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('set')
    .summary('replace the metadata of a node')
    .description('Replaces the whole metadata by any JSON value.')
    .addHelpText(
      'after',
      '\nExample:\n  sluice nodes meta set lobby-1 \'{"owner":"chess-team"}\'\n  sluice nodes meta set lobby-1 @meta.json --if-match \'"3"\'',
    );
  return writeMetadataCommand(
    command,
    terminal,
    finish,
    (client, change) => client.replaceMetadata(change),
    'metadata replaced',
  );
}
