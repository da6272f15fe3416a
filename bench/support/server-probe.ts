/**
 * Loaded into a measured server before anything else: tells its benchmark what only the process itself knows, and ends with it. It loads
 * nothing but what Node.js has: anything more would be measured with the start and the memory of the server.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { FromProbe } from './from-probe.ts';
import { type ToProbe, toProbe } from './to-probe.ts';

/** Milliseconds between two looks at the event loop; the watch itself is seen as that much delay. */
const LAG_RESOLUTION_MS = 5;

// So that whoever ends other servers of this machine by their names leaves this one alone.
process.title = 'measured by a benchmark';

const inspector = new Session();
let lag: IntervalHistogram | null = null;

function tell(message: FromProbe): void {
  process.send?.(message);
}

async function take(message: ToProbe): Promise<void> {
  switch (message.kind) {
    case 'memory': {
      inspector.connect();
      await inspector.post('HeapProfiler.collectGarbage');
      inspector.disconnect();
      const { heapUsed, external } = process.memoryUsage();
      tell({ kind: 'memory', heapBytes: heapUsed, externalBytes: external });
      return;
    }
    case 'watch-lag':
      lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
      lag.enable();
      return;
    case 'lag': {
      lag?.disable();
      const late = (nanoseconds = 0) => Math.max(0, nanoseconds / 1e6 - LAG_RESOLUTION_MS);
      tell({
        kind: 'lag',
        p50Ms: late(lag?.percentile(50)),
        p99Ms: late(lag?.percentile(99)),
        longestMs: late(lag?.max),
      });
      return;
    }
    case 'profile':
      inspector.connect();
      await inspector.post('Profiler.enable');
      await inspector.post('Profiler.start');
      return;
    case 'write-profile': {
      const { profile } = await inspector.post('Profiler.stop');
      inspector.disconnect();
      writeFileSync(message.file, JSON.stringify(profile));
      tell({ kind: 'profiled' });
    }
  }
}

process.on('message', (message) => {
  const asked = toProbe(message);
  if (asked !== null) void take(asked);
});
process.on('disconnect', () => process.exit(1));
// The server ends when it has nothing to do any more, whatever its benchmark might still ask.
process.channel?.unref();
