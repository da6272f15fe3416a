/** The server's own log: one event a line, to stderr, with a stable `event`. ERROR: a person must act. WARN: it heals itself. */
import { visibleJson } from '@sluice/core';
import { destination, type Logger, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export function createLogger(level: LogLevel): Logger {
  const stderr = destination({ dest: 2, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      redact: ['req.headers.authorization', 'headers.authorization'],
    },
    { write: (line: string) => void stderr.write(visibleJson(line)) },
  );
}
