import { type Entry, type EntryKey, reviveEntry, type StoredAnswer } from './entry.ts';
import type { Windows } from './freshness.ts';

/** Changes with every change of what is encoded: instances of different releases may share a tier. */
const SCHEMA = 3;
const HEAD_BYTES = 5;

/** Everything of an entry besides its body and what follows from its key and headers. */
interface EncodedHead extends Omit<StoredAnswer, 'body' | 'version' | 'recurs'> {
  readonly version: string | null;
  readonly windows: Windows;
  readonly receivedAt: number;
  readonly epoch: number;
}

/** An entry as bytes: schema, length of the JSON, JSON, body. `epoch` is the purge counter that it was fetched under. */
export function encodeEntry({ answer, windows, receivedAt }: Entry, epoch: number): Buffer {
  const { body, version = null, recurs: _, ...rest } = answer;
  const head: EncodedHead = { ...rest, version, windows, receivedAt, epoch };
  const json = Buffer.from(JSON.stringify(head));
  const start = Buffer.alloc(HEAD_BYTES);
  start.writeUInt8(SCHEMA, 0);
  start.writeUInt32BE(json.length, 1);
  return Buffer.concat([start, json, body]);
}

/** The entry in these bytes; undefined when they are none, or of another release. */
export function decodeEntry(
  key: EntryKey,
  bytes: Buffer,
): { readonly entry: Entry; readonly epoch: number } | undefined {
  if (bytes.length < HEAD_BYTES || bytes.readUInt8(0) !== SCHEMA) return undefined;
  const bodyAt = HEAD_BYTES + bytes.readUInt32BE(1);
  if (bodyAt > bytes.length) return undefined;
  const head = readHead(bytes.subarray(HEAD_BYTES, bodyAt).toString());
  if (!head) return undefined;
  const { windows, receivedAt, epoch, version, ...rest } = head;
  const answer = { ...rest, version: version ?? undefined, body: bytes.subarray(bodyAt) };
  return { entry: reviveEntry(key, answer, windows, receivedAt), epoch };
}

/** What an instance of this release wrote; the shape is checked as far as a broken one could do harm. */
function readHead(json: string): EncodedHead | undefined {
  try {
    const head: unknown = JSON.parse(json);
    return isHead(head) ? { ...head, windows: withInfinity(head.windows) } : undefined;
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is EncodedHead {
  const has = (key: string, type: string) =>
    typeof value === 'object' &&
    value !== null &&
    // biome-ignore format: one line reads best
    typeof Reflect.get(value, key) === type;
  return (
    ['status', 'receivedAt', 'epoch'].every((key) => has(key, 'number')) &&
    ['headers', 'windows'].every((key) => has(key, 'object')) &&
    has('repairs', 'object') &&
    has('head', 'object') &&
    has('links', 'object')
  );
}

/** JSON has no infinity: what is never fresh comes back as null. */
function withInfinity(windows: Windows): Windows {
  const past = (time: number | null) => time ?? Number.NEGATIVE_INFINITY;
  const { bornAt, freshUntil, revalidateUntil, errorUntil, mayBeStale } = windows;
  return {
    bornAt: past(bornAt),
    freshUntil: past(freshUntil),
    revalidateUntil: past(revalidateUntil),
    errorUntil: past(errorUntil),
    mayBeStale,
  };
}
