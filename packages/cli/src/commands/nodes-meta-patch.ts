/** `sluice nodes meta patch`: changes parts of the metadata of a node. */
import { Command } from 'commander';
import type { Finish } from '../finish.ts';
import type { Terminal } from '../terminal.ts';
import { writeMetadataCommand } from './write-metadata.ts';

export function nodesMetaPatchCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('patch')
    .summary('change parts of the metadata of a node')
    .description('Merges the JSON into the metadata (RFC 7396): members are set, and members with null are removed.')
    .addHelpText('after', '\nExample:\n  sluice nodes meta patch lobby-1 \'{"ticket":"OPS-7","old":null}\'');
  return writeMetadataCommand(
    command,
    terminal,
    finish,
    (client, change) => client.mergeMetadata(change),
    'metadata changed',
  );
}
