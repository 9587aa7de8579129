import { integer, section } from './option.ts';

/** Bounds of what may grow. */
export interface LimitsConfig {
  /** Most bytes of a page; slots that would go past it fall back. Default 16 MiB. */
  maxPageBytes?: number;
  /** Most slots of a template. Default 2000. */
  maxSlots?: number;
  /** Most bytes of the headers that a fragment's service may answer with. Default 16 KiB. */
  maxHeaderBytes?: number;
  /** Most bytes of the body that a visitor may send to an action. Default 256 MiB. */
  maxRequestBytes?: number;
  /** Most connections of visitors; more are closed at once. Default 10000. */
  maxConnections?: number;
  /** Longest that a visitor may take for a request's headers, in milliseconds. Default 10000. */
  headersTimeoutMs?: number;
  /** Longest that a visitor may take for a whole request, its body included, in milliseconds. Default 300000. */
  requestTimeoutMs?: number;
  /** Longest without a byte of a body that is waited for, or with nothing taken of an answer, in milliseconds. Default 30000. */
  idleTimeoutMs?: number;
  /** Longest that a visitor may take for taking a page, or 64 KiB of a stream, in milliseconds. Default 300000. */
  sendTimeoutMs?: number;
  /** How long a connection without a request stays open, in milliseconds. Default 5000. */
  keepAliveTimeoutMs?: number;
}

/** Checks the option `limits`. */
export function resolveLimits(value: unknown): Readonly<Required<LimitsConfig>> {
  const o = section('limits', value ?? {}, [
    'maxPageBytes',
    'maxSlots',
    'maxHeaderBytes',
    'maxRequestBytes',
    'maxConnections',
    'headersTimeoutMs',
    'requestTimeoutMs',
    'idleTimeoutMs',
    'sendTimeoutMs',
    'keepAliveTimeoutMs',
  ]);
  const bytes = (name: string, byDefault: number, min: number) =>
    integer(`limits.${name}`, o[name] ?? byDefault, min, 2 ** 40);
  const ms = (name: string, byDefault: number) =>
    integer(`limits.${name}`, o[name] ?? byDefault, 1, 3_600_000);
  return Object.freeze({
    maxPageBytes: bytes('maxPageBytes', 16 * 1024 * 1024, 1),
    maxSlots: integer('limits.maxSlots', o.maxSlots ?? 2000, 0, 1_000_000),
    maxHeaderBytes: integer('limits.maxHeaderBytes', o.maxHeaderBytes ?? 16 * 1024, 1024, 2 ** 20),
    maxRequestBytes: bytes('maxRequestBytes', 256 * 1024 * 1024, 0),
    maxConnections: integer('limits.maxConnections', o.maxConnections ?? 10_000, 1, 1_000_000),
    headersTimeoutMs: ms('headersTimeoutMs', 10_000),
    requestTimeoutMs: ms('requestTimeoutMs', 300_000),
    idleTimeoutMs: ms('idleTimeoutMs', 30_000),
    sendTimeoutMs: ms('sendTimeoutMs', 300_000),
    keepAliveTimeoutMs: ms('keepAliveTimeoutMs', 5000),
  });
}
