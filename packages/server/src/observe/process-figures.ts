/** What Prometheus expects to know of every process, under its usual names. */
import { Counter, Gauge, type Registry } from 'prom-client';

export function addProcessFigures(registry: Registry): void {
  const registers = [registry];
  registry.registerMetric(
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor time of the process, in seconds.',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1_000_000);
      },
    }),
  );
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started.',
    registers,
  }).set(performance.timeOrigin / 1000);
  const memory: readonly (readonly [name: string, help: string, read: () => number])[] = [
    ['process_resident_memory_bytes', 'Memory that the process holds.', () => process.memoryUsage.rss()],
    ['nodejs_heap_size_used_bytes', 'Memory of JavaScript objects.', () => process.memoryUsage().heapUsed],
  ];
  for (const [name, help, read] of memory)
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
}
