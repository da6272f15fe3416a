/** Plays dashboards that follow a server's events, in a process of its own, as its parent asks. Ends with its parent. */
import { Compile } from 'typebox/compile';
import { EventStream, readEvent } from './event-stream.ts';
import { percentile } from './figures.ts';
import { type FromWatchers, ToWatchers } from './watcher-messages.ts';

const toWatchers = Compile(ToWatchers);

interface Awaited {
  readonly eventKind: string;
  left: number;
}

let streams = 0;
let events = 0;
let latenciesMs: number[] = [];
let awaited: Awaited | null = null;

function tell(message: FromWatchers): void {
  process.send?.(message);
}

function seen(text: string): void {
  const { kind, at } = readEvent(text);
  events += 1;
  // Events say whole milliseconds of the wall clock, which all processes of a machine share.
  latenciesMs.push(performance.timeOrigin + performance.now() - at);
  if (kind !== awaited?.eventKind) return;
  awaited.left -= 1;
  if (awaited.left > 0) return;
  awaited = null;
  tell({ kind: 'seen', events, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) });
}

async function take(message: ToWatchers): Promise<void> {
  if (message.kind === 'watch') {
    await Promise.all(Array.from({ length: message.streams }, () => EventStream.open(message.url, [], seen)));
    streams += message.streams;
    tell({ kind: 'watching' });
    return;
  }
  awaited = { eventKind: message.eventKind, left: message.events * streams };
  events = 0;
  latenciesMs = [];
}

process.on('message', (message) => {
  if (toWatchers.Check(message)) void take(message);
});
process.on('disconnect', () => process.exit(0));
