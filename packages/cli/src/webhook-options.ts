/** The options that say which events a webhook is sent. */
import { type Command, Option } from 'commander';
import { completedFrom } from './completion/value-source.ts';

export interface TargetOptions {
  readonly name?: string;
  readonly kind?: string;
  readonly node?: string;
  readonly selector?: string;
}

export function withTargetOptions(command: Command): Command {
  return command
    .option('--kind <kinds>', 'only these: NodeDrained,OperationEnded,…; else all that are about nodes')
    .addOption(completedFrom(new Option('--node <id>', 'only events of this node'), 'nodes'))
    .option('--selector <selector>', 'only events of nodes that it matches: game=chess,env=prod');
}

/** @param text Separated by commas. */
export function kindsOf(text: string): string[] {
  return text.split(',').map((kind) => kind.trim());
}
