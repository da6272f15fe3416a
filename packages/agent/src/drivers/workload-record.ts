/** `workload.json` in the state directory: which incarnation runs where, so that the next agent finds it and never counts back. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Availability } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parseJson } from '../parse-json.ts';
import { writeFileDurably } from '../write-file-durably.ts';

const NullableString = Type.Union([Type.String(), Type.Null()]);

/**
 * Written twice for each start: before it without `pid` (the intent: from here on the incarnation is used up, and a process
 * marked with `spawnId` may exist), and after it with the process.
 */
export const WorkloadRecord = Type.Object({
  driver: Type.String(),
  incarnation: Type.Integer({ minimum: 0 }),
  spawnId: Type.String(),
  pid: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  startToken: NullableString,
  /** Epoch milliseconds. */
  startedAt: Type.Integer(),
  /** The availability in its environment. */
  startedAs: Type.Optional(Type.Union([Availability, Type.Null()])),
});
export type WorkloadRecord = Type.Static<typeof WorkloadRecord>;

/** A start of the workload, as it is counted. */
export type WorkloadStart = Pick<WorkloadRecord, 'incarnation' | 'startedAt'> & {
  readonly startedAs: Availability | null;
};

/** Whether a workload that is found was started since. One whose start was not noted, or that nothing tells from another, counts as the same. */
export function isAnotherStart(noted: string | null, found: string | null): boolean {
  return noted !== null && found !== null && noted !== found;
}

const workloadRecord = Compile(WorkloadRecord);

/** `null`: no agent has ever started a workload with this state directory. */
export async function readWorkloadRecord(stateDirectory: string): Promise<WorkloadRecord | null> {
  const file = recordFile(stateDirectory);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(`reading ${file}`, { cause: error });
  }
  const record = parseJson(text);
  if (workloadRecord.Check(record)) return record;
  throw new Error(
    `${file} is damaged, so the agent cannot tell whether its workload runs. Stop the workload by hand, move the file away, and start the agent again.`,
  );
}

export async function writeWorkloadRecord(stateDirectory: string, record: WorkloadRecord): Promise<void> {
  await writeFileDurably(recordFile(stateDirectory), `${JSON.stringify(record)}\n`);
}

function recordFile(stateDirectory: string): string {
  return path.join(stateDirectory, 'workload.json');
}
