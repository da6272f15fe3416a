/** `sluice render`: keeps a load balancer's file as the fleet is, and has it read after each change. */
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { completedByList } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError } from '../output/print.ts';
import { followAndRender, renderOnce } from '../render/follow-and-render.ts';
import type { TemplateView } from '../render/template-view.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface RenderOptions extends SettingFlags {
  readonly template: string;
  readonly output: string;
  readonly type?: string;
  readonly selector?: string;
  readonly once?: boolean;
  readonly allowEmpty?: boolean;
}

/** Characters of a template; one for a thousand upstreams written by hand has 100,000. */
const TEMPLATE_LENGTH_MAX = 1_048_576;

export function renderCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('render')
    .summary('keep a load balancer’s file as the fleet is')
    .description(
      'Renders a Mustache template with the nodes in rotation, writes the file when it changes, and runs the command after -- ' +
        'so that it is read; again at every change in the fleet, until Ctrl-C. While the server is away the file stays as it is.',
    )
    .requiredOption('--template <file>', 'Mustache: {{#nodes}}server {{address}};{{/nodes}}')
    .requiredOption('--output <file>', 'what is written, whole, when it changes')
    .argument('[reload...]', 'after --: the command that has the file read; no shell is involved')
    .addOption(
      completedByList(new Option('--type <types>', 'only nodes of these types, separated by commas'), 'node-types'),
    )
    .option('--selector <selector>', 'only nodes it matches: key=value,key!=value,key in (a,b)')
    .option('--once', 'render once, then end')
    .option('--allow-empty', 'write the file also when no node is in rotation');
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice render --template app.mustache --output app.conf -- nginx -s reload')
    .action((reload: readonly string[], options: RenderOptions) => finish(render(terminal, reload, options)));
}

async function render(terminal: Terminal, reload: readonly string[], options: RenderOptions): Promise<ExitCode> {
  const { template, output, type, selector, once, allowEmpty } = options;
  const { default: Mustache } = await import('mustache');
  let text: string;
  try {
    text = await readFile(template, 'utf8');
    if (text.length > TEMPLATE_LENGTH_MAX) throw new Error(`it has more than ${TEMPLATE_LENGTH_MAX} characters`);
    Mustache.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    printError(terminal, `The template ${template} cannot be used: ${why}.`, 'Correct it, then start this again.');
    return exitCodes.wrongUsage;
  }
  const job = {
    output,
    // The view has no character in it that would have to be escaped.
    render: (view: TemplateView) => Mustache.render(text, view, {}, { escape: String }),
    reload,
    query: { ...(type === undefined ? {} : { type }), ...(selector === undefined ? {} : { selector }) },
    isEmptyAllowed: allowEmpty === true,
  };
  return withClient(terminal, options, (client) =>
    once === true ? renderOnce(terminal, client, job) : followAndRender(terminal, client, job),
  );
}
