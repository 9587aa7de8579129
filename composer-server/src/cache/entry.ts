import type { FragmentAsset } from '@tessera/contract';
import type { ScriptPlace } from '../contain/script-places.ts';
import type { HeadElement } from '../head.ts';
import type { ResponseHeaders } from '../headers.ts';
import { type AnswerTimes, type Windows, windowsOf } from './freshness.ts';
import { groupsOf } from './invalidation.ts';
import { type RequestHeaders, varyNames } from './key.ts';
import { storedHeaders } from './storable.ts';
import { conditionalHeaders, updatedHeaders } from './validation.ts';

/** An answer ready to send: nothing in it is copied, decoded or parsed again when it is served. */
export interface StoredAnswer {
  readonly status: number;
  /** Of the answer's header fields those that may be stored. */
  readonly headers: ResponseHeaders;
  /** Contained HTML, or the bytes as they came. */
  readonly body: Buffer;
  /** What it contributes to the page's head. */
  readonly head: readonly HeadElement[];
  /** What containment had to repair, for the fragment's team. */
  readonly repairs: readonly string[];
  /** Scripts in the body that a browser would run if it were allowed to. */
  readonly scripts?: readonly ScriptPlace[];
  /** Stylesheets and preloads that its `link` header names, with URLs as the browser asks for them. */
  readonly links: readonly FragmentAsset[];
  /** The fragment's version that made it. */
  readonly version: string | undefined;
  /** The body is the very buffer of an earlier answer. */
  readonly recurs?: boolean;
}

/** What an entry is stored under. */
export interface EntryKey {
  readonly fragment: string;
  /** In which form it is stored; the same URL may be kept as contained HTML and as it came. */
  readonly form: string;
  /** Absolute, at the fragment's service. */
  readonly url: string;
}

/** A stored answer with all that deciding about it needs, computed once. */
export interface Entry extends EntryKey {
  readonly answer: StoredAnswer;
  readonly vary: readonly string[];
  readonly groups: readonly string[];
  /** What asks its service whether it is still right; empty where nothing can. */
  readonly conditional: RequestHeaders;
  /** A soft purge ends its freshness early. */
  windows: Windows;
  /** When it came, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** After a revalidation in the background failed, the next one waits until this. */
  revalidateAfter: number;
  /** In bytes, overhead included. */
  readonly size: number;
  /** Where it is in memory; undefined for one that never was. */
  place: Place | undefined;
}

/** What is stored under one URL. */
export interface Place {
  /** How often something was stored there or dropped from there. */
  readonly changes: number;
}

/** Objects, maps and strings around an entry, measured with room to spare. */
const OVERHEAD_BYTES = 1024;

export function createEntry(
  key: EntryKey,
  answer: StoredAnswer,
  times: AnswerTimes,
  windows = windowsOf(answer.headers, times),
): Entry {
  const { headers, body } = answer;
  const kept = { ...answer, headers: storedHeaders(headers), body: ownBytes(body) };
  return assemble(key, kept, windows, times);
}

/** The entry brought up to date by a 304 (RFC 9111 §4.3.4): same bytes, new header fields and windows. */
export function freshenEntry(
  entry: Entry,
  notModified: ResponseHeaders,
  times: AnswerTimes,
): Entry {
  const headers = updatedHeaders(entry.answer.headers, notModified);
  const windows = windowsOf(headers, times);
  return assemble(entry, { ...entry.answer, headers: storedHeaders(headers) }, windows, times);
}

/** An entry as another instance stored it, with the windows it had there. */
export function reviveEntry(
  key: EntryKey,
  answer: StoredAnswer,
  windows: Windows,
  receivedAt: number,
): Entry {
  const kept = { ...answer, body: ownBytes(answer.body) };
  return assemble(key, kept, windows, { requestedAt: receivedAt, receivedAt });
}

/** Its windows once a soft purge ended its freshness at `now`; the windows for stale answers begin there. */
export function softened(windows: Windows, now: number): Windows {
  const early = windows.freshUntil - now;
  if (early <= 0) return windows;
  return {
    ...windows,
    freshUntil: now,
    revalidateUntil: windows.revalidateUntil - early,
    errorUntil: windows.errorUntil - early,
  };
}

/** The bytes, to be kept: a small part of a socket's buffer would keep the whole of it in memory, unaccounted. */
export function ownBytes(body: Buffer): Buffer {
  if (body.buffer.byteLength <= body.length + OVERHEAD_BYTES) return body;
  const own = Buffer.allocUnsafeSlow(body.length);
  body.copy(own);
  return own;
}

function assemble(
  { fragment, form, url }: EntryKey,
  answer: StoredAnswer,
  windows: Windows,
  { receivedAt }: AnswerTimes,
): Entry {
  const names = varyNames(answer.headers);
  return {
    fragment,
    form,
    url,
    answer,
    vary: names === 'any' ? [] : names,
    groups: groupsOf(answer.headers),
    conditional: conditionalHeaders(answer.headers),
    windows,
    receivedAt,
    revalidateAfter: 0,
    size: OVERHEAD_BYTES + url.length * 4 + sizeOf(answer),
    place: undefined,
  };
}

function sizeOf({ headers, body, head, links, repairs, scripts = [] }: StoredAnswer): number {
  let characters = scripts.length * 32;
  for (const [name, value] of Object.entries(headers)) {
    characters += name.length + String(value ?? '').length + 16;
  }
  for (const { key, html } of head) characters += key.length + html.length + 32;
  for (const link of links) characters += JSON.stringify(link).length + 32;
  for (const repair of repairs) characters += repair.length + 16;
  return body.length + characters * 2;
}
