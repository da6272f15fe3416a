/** `sluice agent`: runs on a node and acts on its workload. */
import { Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printLine } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { serviceInstallCommand } from './service-install.ts';
import { serviceUninstallCommand } from './service-uninstall.ts';
import { untilInterrupted } from '../until-interrupted.ts';

interface AgentOptions {
  readonly config: string;
  readonly server?: string;
  readonly nodeId?: string;
  readonly serverCa?: string;
}

export function agentCommand(terminal: Terminal, finish: Finish): Command {
  return (
    new Command('agent')
      .summary('run the agent of this node; install')
      .description(
        "Connects to the server (no port needs to be opened here), reports the node's\n" +
          'load and does what it is asked to with the workload that agent.yaml describes.\n' +
          'Ctrl-C stops the agent; agent.yaml says whether the workload stops with it.\n\n' +
          'Where several servers share one store, give all of their addresses: agents\n' +
          'spread themselves over them, and when one is lost its agents go on to the\n' +
          'others. SLUICE_URL says it too, with commas between.',
      )
      .option('--config <file>', 'what this node is and what it runs', './agent.yaml')
      .option(
        '--server <urls>',
        'the server, instead of what agent.yaml says; several that share one store with commas between',
      )
      .option('--server-ca <file>', 'trust only this certificate authority, instead of the one in agent.yaml')
      .option('--node-id <id>', "the node's id, instead of the one in agent.yaml")
      // Its flags and those of the commands below it have the same names: what comes after a command's name is the command's.
      .enablePositionalOptions()
      .usage('[options] [command]')
      .helpCommand(false)
      .addCommand(serviceInstallCommand(terminal, finish, 'agent'))
      .addCommand(serviceUninstallCommand(terminal, finish, 'agent'))
      .addHelpText(
        'after',
        '\nExample:\n  sluice agent --config /etc/sluice/agent.yaml\n  sluice agent --server https://a.example,https://b.example',
      )
      .action((options: AgentOptions) => finish(runAgent(terminal, options)))
  );
}

async function runAgent(terminal: Terminal, { config, server, nodeId, serverCa }: AgentOptions): Promise<ExitCode> {
  // Loaded only here: every other command starts faster without it.
  const { startAgent } = await import('@sluice/agent');
  let agent: Awaited<ReturnType<typeof startAgent>>;
  try {
    agent = await startAgent({
      configFile: config,
      env: terminal.environment,
      ...(server === undefined ? {} : { server }),
      ...(nodeId === undefined ? {} : { nodeId }),
      ...(serverCa === undefined ? {} : { serverCa }),
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    printError(terminal, error.message, 'Correct it, then start the agent again.');
    return exitCodes.failed;
  }
  printLine(terminal, `The agent of ${agent.nodeId} is running. Ctrl-C stops it.`);
  await untilInterrupted(terminal);
  await agent.stop();
  return exitCodes.done;
}
