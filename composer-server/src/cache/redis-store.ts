import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import type { Entry, EntryKey } from './entry.ts';
import { decodeEntry, encodeEntry } from './entry-codec.ts';
import { type RequestHeaders, variantKey } from './key.ts';
import type { Purge } from './memory-store.ts';
import type { SharedAnswer, SharedEvents, SharedQuestion, SharedStore } from './shared-store.ts';

// The only door to Redis. All keys of a fragment carry its name as hash tag, so they lie in one slot of a cluster and one
// script can change them together. Per fragment: `epoch` counts its purges, `floor` is the epoch of its last whole purge,
// `v:` the names in vary of a URL, `e:` an entry, `l:` the entries of a URL or group.

const PREFIX = 'tessera';
const FRAGMENTS = `${PREFIX}:fragments`;
const PURGES = `${PREFIX}:purges`;
const IDENTITY = `${PREFIX}:identity`;
const MAX_PURGES = 1000;
/** How long an entry is kept beyond its last window: it may yet be validated, or stand in. */
const EXTRA_MS = 60 * 60 * 1000;
const MAX_TTL_MS = 7 * 24 * 60 * 60 * 1000;
const BLOCK_MS = 1000;
const RETRY_MS = 200;

/** Stores an entry with its labels, unless its fragment was purged since. */
const STORE = `
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[3])
for i = 4, #KEYS do
  redis.call('SADD', KEYS[i], KEYS[2])
  if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
end
return 1`;

/** Counts a purge, and drops the entries of the labels. */
const PURGE = `
local epoch = redis.call('INCR', KEYS[1])
if ARGV[1] == 'whole' then redis.call('SET', KEYS[2], epoch) end
for i = 3, #KEYS do
  for _, key in ipairs(redis.call('SMEMBERS', KEYS[i])) do redis.call('UNLINK', key) end
  redis.call('UNLINK', KEYS[i])
end
return epoch`;

/** Redis or Valkey as the tier that all instances share. `url` is `redis://…`, for a cluster several parted by commas. */
export class RedisStore implements SharedStore {
  readonly #commands: Redis | Cluster;
  readonly #listener: Redis | Cluster;
  readonly #instance = randomUUID();
  /** The names in vary by which a URL was last told apart. */
  readonly #varyNames = new Map<string, readonly string[]>();
  #closed = false;
  #listening = false;
  #lastId = '0-0';
  #identity = '';

  constructor(url: string) {
    this.#commands = connect(url, 1000);
    this.#listener = connect(url, BLOCK_MS * 3);
  }

  /** Whether it hears of the purges of others right now. */
  get listening(): boolean {
    return this.#listening;
  }

  async getMany(questions: readonly SharedQuestion[]): Promise<readonly SharedAnswer[]> {
    return Promise.all(questions.map((question) => this.#get(question)));
  }

  async set(entry: Entry, headers: RequestHeaders, epoch: number): Promise<void> {
    const { fragment, vary, groups } = entry;
    const ttlMs = timeToLive(entry);
    if (ttlMs <= 0) return;
    this.#rememberVary(entry, vary);
    // Every time: a Redis that was restarted empty must know it before the entry can be purged.
    await this.#commands.sadd(FRAGMENTS, fragment);
    const keys = [
      keyOf(fragment, 'epoch'),
      entryKey(entry, vary, headers),
      varyKey(entry),
      ...labels(fragment, [entry.url], groups),
    ];
    const values = [String(epoch), encodeEntry(entry, epoch), String(ttlMs), vary.join(',')];
    await this.#commands.eval(STORE, keys.length, ...keys, ...values);
  }

  async purge(purge: Purge): Promise<void> {
    const { urls = [], groups = [], fragments = [], within } = purge;
    const known = within === undefined ? await this.#commands.smembers(FRAGMENTS) : [within];
    const scopes = new Set(urls.length + groups.length > 0 ? known : []);
    const whole = new Set(fragments.filter((name) => within === undefined || name === within));
    for (const fragment of scopes.union(whole)) {
      const keys = [
        keyOf(fragment, 'epoch'),
        keyOf(fragment, 'floor'),
        ...labels(fragment, urls, groups),
      ];
      const extent = whole.has(fragment) ? 'whole' : 'part';
      await this.#commands.eval(PURGE, keys.length, ...keys, extent);
    }
    const message = JSON.stringify({ from: this.#instance, purge });
    await this.#commands.xadd(PURGES, 'MAXLEN', '~', MAX_PURGES, '*', 'purge', message);
  }

  listen(events: SharedEvents): void {
    void this.#follow(events);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#commands.disconnect();
    this.#listener.disconnect();
  }

  async #get(question: SharedQuestion): Promise<SharedAnswer> {
    const guessed = this.#varyNames.get(varyKey(question)) ?? [];
    const { fragment, headers } = question;
    const [epochBytes, floorBytes, varyBytes, entryBytes] = await this.#commands.mgetBuffer(
      keyOf(fragment, 'epoch'),
      keyOf(fragment, 'floor'),
      varyKey(question),
      entryKey(question, guessed, headers),
    );
    const epoch = Number(epochBytes?.toString() ?? 0);
    if (!varyBytes) return { entry: undefined, epoch };
    const names = varyBytes.toString().split(',').filter(Boolean);
    this.#rememberVary(question, names);
    const bytes =
      names.join() === guessed.join()
        ? entryBytes
        : await this.#commands.getBuffer(entryKey(question, names, headers));
    const found = bytes && decodeEntry(question, bytes);
    const floor = Number(floorBytes?.toString() ?? 0);
    return { entry: found && found.epoch >= floor ? found.entry : undefined, epoch };
  }

  #rememberVary(key: EntryKey, names: readonly string[]): void {
    if (names.length === 0) this.#varyNames.delete(varyKey(key));
    else this.#varyNames.set(varyKey(key), names);
    const oldest = this.#varyNames.keys().next().value;
    if (this.#varyNames.size > 10_000 && oldest !== undefined) this.#varyNames.delete(oldest);
  }

  /** Reads the log of purges as it grows; what is in it survives a lost connection. */
  async #follow(events: SharedEvents): Promise<void> {
    await firstContact(this.#listener);
    let lost = false;
    while (!this.#closed) {
      try {
        if (!this.#listening) {
          const complete = await this.#resume(events);
          this.#listening = true;
          if (lost) events.restored(complete);
          lost = false;
        }
        const read = await this.#listener.xread('BLOCK', BLOCK_MS, 'STREAMS', PURGES, this.#lastId);
        for (const [id, fields] of read?.[0]?.[1] ?? []) this.#hear(events, id, fields);
      } catch {
        if (this.#closed) return;
        this.#listening = false;
        if (!lost) events.lost();
        lost = true;
        await delay(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  /** Hears what was missed; false when that cannot be known: the log was trimmed, or these are other data. */
  async #resume(events: SharedEvents): Promise<boolean> {
    await this.#listener.set(IDENTITY, randomUUID(), 'NX');
    const identity = (await this.#listener.get(IDENTITY)) ?? '';
    const [oldest] = await this.#listener.xrange(PURGES, '-', '+', 'COUNT', 1);
    const complete = identity === this.#identity && (await this.#wasNotTrimmed(oldest?.[0]));
    this.#identity = identity;
    if (complete) {
      for (const [id, fields] of await this.#listener.xrange(PURGES, `(${this.#lastId}`, '+'))
        this.#hear(events, id, fields);
    } else {
      const [newest] = await this.#listener.xrevrange(PURGES, '+', '-', 'COUNT', 1);
      this.#lastId = newest?.[0] ?? '0-0';
    }
    return complete;
  }

  async #wasNotTrimmed(oldestId: string | undefined): Promise<boolean> {
    if (this.#lastId === '0-0') return (await this.#listener.xlen(PURGES)) < MAX_PURGES;
    return oldestId !== undefined && !isLater(oldestId, this.#lastId);
  }

  #hear(events: SharedEvents, id: string, fields: readonly string[]): void {
    this.#lastId = id;
    const message = readMessage(fields[1] ?? '');
    if (message && message.from !== this.#instance) events.purged(message.purge);
  }
}

function connect(url: string, commandTimeout: number): Redis | Cluster {
  const each = {
    commandTimeout,
    // A question that waits for a connection is of no use to a page.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1000,
  };
  const enableOfflineQueue = false;
  const retryStrategy = (attempt: number) => Math.min(attempt * 50, 1000);
  const nodes = url.split(',');
  const client =
    nodes.length > 1
      ? new Cluster(nodes, {
          enableOfflineQueue,
          clusterRetryStrategy: retryStrategy,
          redisOptions: each,
        })
      : new Redis(url, { ...each, enableOfflineQueue, retryStrategy });
  // Every command says so itself; without a listener it would end the process.
  client.on('error', () => {});
  return client;
}

/** Waits until a client is connected, or cannot be. */
function firstContact(client: Redis | Cluster): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['ready', 'error', 'close', 'end']) client.once(event, () => resolve());
  });
}

function keyOf(fragment: string, name: string): string {
  return `${PREFIX}:{${fragment}}:${name}`;
}

function varyKey({ fragment, form, url }: EntryKey): string {
  return keyOf(fragment, `v:${digest(`${form} ${url}`)}`);
}

function entryKey(key: EntryKey, names: readonly string[], headers: RequestHeaders): string {
  const { fragment, form, url } = key;
  const variant = `${form} ${url} ${names.join(',')}${variantKey(names, headers)}`;
  return keyOf(fragment, `e:${digest(variant)}`);
}

function labels(fragment: string, urls: readonly string[], groups: readonly string[]): string[] {
  return [
    ...urls.map((url) => keyOf(fragment, `l:u:${digest(url)}`)),
    ...groups.map((group) => keyOf(fragment, `l:g:${digest(group)}`)),
  ];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function timeToLive({ windows, conditional, receivedAt }: Entry): number {
  const { freshUntil, revalidateUntil, errorUntil, mayBeStale } = windows;
  const useful = Math.max(freshUntil, revalidateUntil, errorUntil, receivedAt) - receivedAt;
  const extra = mayBeStale || conditional.length > 0 ? EXTRA_MS : 0;
  return Math.ceil(Math.min(useful + extra, MAX_TTL_MS));
}

/** Whether one entry of a stream comes after another. */
function isLater(id: string, other: string): boolean {
  const [time = 0, sequence = 0] = id.split('-').map(Number);
  const [otherTime = 0, otherSequence = 0] = other.split('-').map(Number);
  return time > otherTime || (time === otherTime && sequence > otherSequence);
}

function readMessage(text: string): { readonly from: string; readonly purge: Purge } | undefined {
  try {
    const { from, purge }: { from: unknown; purge: Record<string, unknown> } = JSON.parse(text);
    const names = (value: unknown) =>
      Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
    const { urls, groups, fragments, within, soft } = purge;
    return {
      from: String(from),
      purge: {
        urls: names(urls),
        groups: names(groups),
        fragments: names(fragments),
        soft: soft === true,
        ...(typeof within === 'string' && { within }),
      },
    };
  } catch {
    return undefined;
  }
}
