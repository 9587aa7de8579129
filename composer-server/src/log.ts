import { type Logger, pino } from 'pino';
import type { LogLevel } from './config/config.ts';

/** Structured log: one JSON line per entry on standard output. */
export type Log = Logger;

export function createLog(level: LogLevel): Log {
  const output = pino.destination({
    ...{ dest: 1, sync: true, maxLength: MAX_PENDING },
    // It would wait in a loop, with all visitors, for a collector that reads no more. The next line is as good a moment.
    retryEAGAIN: () => false,
  });
  // A full disk or a log collector that is gone costs lines, not the process.
  output.on('error', () => {});
  return pino({ level, base: null }, output);
}

/** Characters that are kept while nobody takes them. */
const MAX_PENDING = 1024 * 1024;
