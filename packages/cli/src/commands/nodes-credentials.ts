/** `sluice nodes credentials`: who may speak for a node. */
import type { NodeCredentials } from '@sluice/contract';
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { renderPage } from '../output/page.ts';
import { printProblem } from '../output/print.ts';
import { agoInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface CredentialsOptions extends SettingFlags {
  readonly output: Format;
}

export function nodesCredentialsCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('credentials')
    .summary('show who may speak for a node')
    .description("Shows the public keys of a node's agent; the private halves never leave the node.")
    .addArgument(completedFrom(new Argument('<id>', 'node'), 'nodes'))
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command).action((id: string, options: CredentialsOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.getCredentials({ id });
        if (!answer.ok) return printProblem(terminal, answer.problem);
        const { stdout, environment } = terminal;
        stdout.write(
          options.output === 'json' || options.output === 'yaml'
            ? renderDocument(options.output, answer.value)
            : page(id, answer.value, paintFor(stdout, environment)),
        );
        return exitCodes.done;
      }),
    ),
  );
}

function page(id: string, credentials: NodeCredentials, paint: ReturnType<typeof paintFor>): string {
  const nowMs = Date.now();
  const { keys, isRotationWanted, certificatesRefusedBefore } = credentials;
  const isEnrolled = keys.some(({ revokedAt }) => revokedAt === null);
  return renderPage(
    id,
    isEnrolled ? { text: 'enrolled', colour: 'green' } : { text: 'no key', colour: 'grey' },
    [
      {
        label: 'Keys',
        lines: keys.map(({ publicKey, since, revokedAt }) => {
          const end = revokedAt === null ? '' : `, ended ${agoInWords(revokedAt, nowMs)}`;
          return `${publicKey}  since ${agoInWords(since, nowMs)}${end}`;
        }),
      },
      { label: 'Rotation', lines: isRotationWanted ? ['asked for; it is done as soon as the agent is connected'] : [] },
      {
        label: 'Certificates',
        lines: certificatesRefusedBefore === null ? [] : [`refused if issued before ${certificatesRefusedBefore}`],
      },
    ],
    paint,
  );
}
