import { type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

/** Structured log: one JSON line per entry on standard output. */
export type Log = Logger;

export function createLog(level: LogLevel): Log {
  return pino({ level, base: null });
}
