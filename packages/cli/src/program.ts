/** All commands of `sluice`, as one tree, and how its help and its errors look. */
import { SLUICE_VERSION } from '@sluice/contract';
import { Command, type Argument } from 'commander';
import { agentCommand } from './commands/agent.ts';
import { auditExportCommand } from './commands/audit-export.ts';
import { auditListCommand } from './commands/audit-list.ts';
import { auditVerifyCommand } from './commands/audit-verify.ts';
import { completeCommand } from './commands/complete.ts';
import { completionCommand } from './commands/completion.ts';
import { dashboardCommand } from './commands/dashboard.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventsCommand } from './commands/events.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { nodesCommandsCommand } from './commands/nodes-commands.ts';
import { nodesDrainCommand } from './commands/nodes-drain.ts';
import { nodesForgetCommand } from './commands/nodes-forget.ts';
import { nodesGetCommand } from './commands/nodes-get.ts';
import { nodesHistoryCommand } from './commands/nodes-history.ts';
import { nodesListCommand } from './commands/nodes-list.ts';
import { nodesMetaEditCommand } from './commands/nodes-meta-edit.ts';
import { nodesMetaGetCommand } from './commands/nodes-meta-get.ts';
import { nodesMetaPatchCommand } from './commands/nodes-meta-patch.ts';
import { nodesMetaSetCommand } from './commands/nodes-meta-set.ts';
import { nodesRebootCommand } from './commands/nodes-reboot.ts';
import { nodesRestartCommand } from './commands/nodes-restart.ts';
import { nodesRunCommand } from './commands/nodes-run.ts';
import { nodesUndrainCommand } from './commands/nodes-undrain.ts';
import { nodesWhyCommand } from './commands/nodes-why.ts';
import { operationsCancelCommand } from './commands/operations-cancel.ts';
import { operationsConfirmCommand } from './commands/operations-confirm.ts';
import { operationsGetCommand } from './commands/operations-get.ts';
import { operationsListCommand } from './commands/operations-list.ts';
import { operationsOutputCommand } from './commands/operations-output.ts';
import { operationsWatchCommand } from './commands/operations-watch.ts';
import { rolloutsApproveCommand } from './commands/rollouts-approve.ts';
import { rolloutsCancelCommand } from './commands/rollouts-cancel.ts';
import { rolloutsGetCommand } from './commands/rollouts-get.ts';
import { rolloutsListCommand } from './commands/rollouts-list.ts';
import { rolloutsNodesCommand } from './commands/rollouts-nodes.ts';
import { rolloutsPauseCommand } from './commands/rollouts-pause.ts';
import { rolloutsPlanCommand } from './commands/rollouts-plan.ts';
import { rolloutsResumeCommand } from './commands/rollouts-resume.ts';
import { rolloutsRetryCommand } from './commands/rollouts-retry.ts';
import { rolloutsStartCommand } from './commands/rollouts-start.ts';
import { rolloutsWatchCommand } from './commands/rollouts-watch.ts';
import { joinTokensCreateCommand } from './commands/join-tokens-create.ts';
import { joinTokensListCommand } from './commands/join-tokens-list.ts';
import { joinTokensRevokeCommand } from './commands/join-tokens-revoke.ts';
import { nodesCredentialsCommand } from './commands/nodes-credentials.ts';
import { nodesRevokeCommand } from './commands/nodes-revoke.ts';
import { nodesRotateCommand } from './commands/nodes-rotate.ts';
import { serverCommand } from './commands/server.ts';
import { renderCommand } from './commands/render.ts';
import { slotsListCommand } from './commands/slots-list.ts';
import { slotsReleaseCommand } from './commands/slots-release.ts';
import { tokensCreateCommand } from './commands/tokens-create.ts';
import { tokensListCommand } from './commands/tokens-list.ts';
import { tokensRevokeCommand } from './commands/tokens-revoke.ts';
import { budgetsGetCommand } from './commands/budgets-get.ts';
import { budgetsListCommand } from './commands/budgets-list.ts';
import { budgetsRemoveCommand } from './commands/budgets-remove.ts';
import { budgetsSetCommand } from './commands/budgets-set.ts';
import { webhooksCreateCommand } from './commands/webhooks-create.ts';
import { webhooksDeadLettersCommand } from './commands/webhooks-dead-letters.ts';
import { webhooksGetCommand } from './commands/webhooks-get.ts';
import { webhooksListCommand } from './commands/webhooks-list.ts';
import { webhooksRemoveCommand } from './commands/webhooks-remove.ts';
import { webhooksResendCommand } from './commands/webhooks-resend.ts';
import { webhooksRotateCommand } from './commands/webhooks-rotate.ts';
import { webhooksTestCommand } from './commands/webhooks-test.ts';
import { webhooksUpdateCommand } from './commands/webhooks-update.ts';
import { simulateCommand } from './commands/simulate.ts';
import { versionCommand } from './commands/version.ts';
import { whoamiCommand } from './commands/whoami.ts';
import { withSlotCommand } from './commands/with-slot.ts';
import type { Finish } from './finish.ts';
import { paintFor } from './output/colour.ts';
import { printError } from './output/print.ts';
import type { Terminal } from './terminal.ts';

type CommandFactory = (terminal: Terminal, finish: Finish) => Command;

export function createProgram(terminal: Terminal, finish: Finish): Command {
  const group = (name: string, summary: string, description: string, factories: readonly CommandFactory[]) => {
    const command = new Command(name).summary(summary).description(description).usage('<command>').helpCommand(false);
    for (const create of factories) command.addCommand(create(terminal, finish));
    return command;
  };
  const meta = group(
    'meta',
    'get, set, patch, edit: the metadata of nodes',
    'Any JSON that operators attach to a node; its agent never overwrites it.',
    [nodesMetaGetCommand, nodesMetaSetCommand, nodesMetaPatchCommand, nodesMetaEditCommand],
  );
  const nodes = group(
    'nodes',
    'list, get, why, drain, undrain, restart, reboot, run, meta, …',
    'What there is and how it is; out of rotation, restarted, back.',
    [
      nodesListCommand,
      nodesGetCommand,
      nodesWhyCommand,
      nodesHistoryCommand,
      nodesDrainCommand,
      nodesUndrainCommand,
      nodesRestartCommand,
      nodesRebootCommand,
      nodesCommandsCommand,
      nodesRunCommand,
      nodesCredentialsCommand,
      nodesRotateCommand,
      nodesRevokeCommand,
      nodesForgetCommand,
    ],
  ).addCommand(meta);
  const operations = group(
    'operations',
    'list, get, watch, output, cancel, confirm',
    'What was asked for, by whom, and what came of it.',
    [
      operationsListCommand,
      operationsGetCommand,
      operationsWatchCommand,
      operationsOutputCommand,
      operationsCancelCommand,
      operationsConfirmCommand,
    ],
  );
  const rollouts = group(
    'rollouts',
    'plan, start, list, get, watch, pause, resume, …',
    'One command to many nodes, in order, so many at once as may be out.',
    [
      rolloutsPlanCommand,
      rolloutsStartCommand,
      rolloutsListCommand,
      rolloutsGetCommand,
      rolloutsWatchCommand,
      rolloutsNodesCommand,
      rolloutsPauseCommand,
      rolloutsResumeCommand,
      rolloutsApproveCommand,
      rolloutsCancelCommand,
      rolloutsRetryCommand,
    ],
  );
  const budgets = group('budgets', 'list, get, set, remove', 'How many nodes of a group may be unavailable at once.', [
    budgetsListCommand,
    budgetsGetCommand,
    budgetsSetCommand,
    budgetsRemoveCommand,
  ]);
  const tokens = group('tokens', 'create, list, revoke', 'What people and programs open the API with.', [
    tokensCreateCommand,
    tokensListCommand,
    tokensRevokeCommand,
  ]);
  const joinTokens = group('join-tokens', 'create, list, revoke', 'What an agent joins the fleet with, once.', [
    joinTokensCreateCommand,
    joinTokensListCommand,
    joinTokensRevokeCommand,
  ]);
  const webhooks = group(
    'webhooks',
    'create, list, get, update, test, dead-letters, …',
    'Events that are sent to an address, signed, until they are delivered.',
    [
      webhooksCreateCommand,
      webhooksListCommand,
      webhooksGetCommand,
      webhooksUpdateCommand,
      webhooksTestCommand,
      webhooksDeadLettersCommand,
      webhooksResendCommand,
      webhooksRotateCommand,
      webhooksRemoveCommand,
    ],
  );
  const slots = group('slots', 'list, release', 'Places in budgets that machines hold while they are interrupted.', [
    slotsListCommand,
    slotsReleaseCommand,
  ]);
  const audit = group('audit', 'list, export, verify', 'Who did what, and the proof that nothing of it was changed.', [
    auditListCommand,
    auditExportCommand,
    auditVerifyCommand,
  ]);

  const program = new Command('sluice')
    .description(
      'The control plane for the nodes of a fleet: list, drain, restart, describe, without hurting anyone on them.',
    )
    .usage('<command>')
    .version(SLUICE_VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show this')
    .helpCommand(false)
    // `sluice server` has flags of its own and commands with flags of the same names.
    .enablePositionalOptions()
    .addCommand(demoCommand(terminal, finish).helpGroup('Try it:'))
    .addCommand(simulateCommand(terminal, finish).helpGroup('Try it:'))
    .addCommand(nodes.helpGroup('Operate:'))
    .addCommand(operations.helpGroup('Operate:'))
    .addCommand(rollouts.helpGroup('Operate:'))
    .addCommand(budgets.helpGroup('Operate:'))
    .addCommand(eventsCommand(terminal, finish).helpGroup('Operate:'))
    .addCommand(dashboardCommand(terminal, finish).helpGroup('Operate:'))
    .addCommand(webhooks.helpGroup('Operate:'))
    .addCommand(withSlotCommand(terminal, finish).helpGroup('Operate:'))
    .addCommand(slots.helpGroup('Operate:'))
    .addCommand(audit.helpGroup('Operate:'))
    .addCommand(tokens.helpGroup('Let in:'))
    .addCommand(joinTokens.helpGroup('Let in:'))
    .addCommand(loginCommand(terminal, finish).helpGroup('Log in:'))
    .addCommand(logoutCommand(terminal, finish).helpGroup('Log in:'))
    .addCommand(whoamiCommand(terminal, finish).helpGroup('Log in:'))
    .addCommand(serverCommand(terminal, finish).helpGroup('Run it:'))
    .addCommand(agentCommand(terminal, finish).helpGroup('Run it:'))
    .addCommand(renderCommand(terminal, finish).helpGroup('Run it:'))
    .addCommand(doctorCommand(terminal, finish).helpGroup('Other:'))
    .addCommand(completionCommand(terminal, finish).helpGroup('Other:'))
    .addCommand(versionCommand(terminal, finish).helpGroup('Other:'))
    .addCommand(completeCommand(terminal, finish), { hidden: true })
    .addHelpText(
      'after',
      '\nExamples:\n  sluice nodes list\n  sluice nodes drain lobby-1 --timeout 15m --wait\n\nEvery command explains itself: sluice nodes drain --help',
    );
  const paint = paintFor(terminal.stdout, terminal.environment);
  const columns = () => Math.min(terminal.stdout.columns ?? 80, 100);
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      // Errors do not come this way (see outputError): it is the help of a group that was named without a command.
      writeErr: (text) => terminal.stdout.write(text),
      getOutHelpWidth: columns,
      getErrHelpWidth: columns,
      getOutHasColors: () => true,
      outputError: (text) => printUsageError(terminal, text),
    })
    .configureHelp({
      styleTitle: (text) => paint(text, 'bold'),
      // The first page has names alone, so that what each does has room.
      subcommandTerm: (command) =>
        [command.name(), ...(command.parent === program ? [] : command.registeredArguments.map(argumentTerm))].join(
          ' ',
        ),
    });
  inheritSettings(program);
  return program;
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** Commands that were not made by their parent do not have its settings by themselves. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent).helpOption('-h, --help', 'show this');
    inheritSettings(command);
  }
}

/** commander's `error: unknown command 'nods'\n(Did you mean nodes?)`, in the form of all our errors. */
function printUsageError(terminal: Terminal, text: string): void {
  const [first = '', ...rest] = text.trim().split('\n');
  const detail = first.replace(/^error: /u, '');
  const suggestion = rest.join(' ').replaceAll(/^\(|\)$/gu, '');
  const sentence = `${detail[0]?.toUpperCase() ?? ''}${detail.slice(1)}${detail.endsWith('.') ? '' : '.'}`;
  printError(
    terminal,
    sentence,
    suggestion === '' ? 'Add --help to the command to see how it is written.' : suggestion,
  );
}
