/** `sluice demo`: a whole fleet on this machine. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEMO_NODES_DEFAULT, DEMO_NODES_MAX } from '../demo/demo-nodes.ts';
import { runDemo, type DemoOptions } from '../demo/run-demo.ts';
import type { Finish } from '../finish.ts';
import type { Terminal } from '../terminal.ts';

export function demoCommand(terminal: Terminal, finish: Finish): Command {
  return new Command('demo')
    .summary('run a whole fleet on this machine, to try Sluice')
    .description(
      'Starts a server, three agents and three small game servers with simulated players (or more, with --nodes), all real\n' +
        'processes on this machine, and prints what to try. Ctrl-C ends all of it and removes its files.',
    )
    .addOption(new Option('--port <port>', 'where the server listens, on 127.0.0.1').argParser(port).default(7070))
    .addOption(
      new Option('--nodes <count>', `so many agents and game servers, at most ${DEMO_NODES_MAX}`)
        .argParser(nodeCount)
        .default(DEMO_NODES_DEFAULT),
    )
    .option('--data <dir>', 'keep the files here, and take the fleet up again the next time')
    .addHelpText(
      'after',
      '\nExample:\n  sluice demo --port 7071\n  sluice demo --nodes 12       a fleet to roll something out to',
    )
    .action((options: DemoOptions) => finish(runDemo(terminal, options)));
}

function nodeCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/u.test(text) && count >= 1 && count <= DEMO_NODES_MAX) return count;
  throw new InvalidArgumentError(`Write a number from 1 to ${DEMO_NODES_MAX}.`);
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/u.test(text) && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError('Write a port from 1 to 65535.');
}
