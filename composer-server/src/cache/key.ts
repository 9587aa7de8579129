import { headerValue, type ResponseHeaders } from '../headers.ts';

/** The header fields that go up with a request, as a flat list of lower-case names and values. */
export type RequestHeaders = readonly string[];

/** An answer that varies by more than this is not kept. */
export const MAX_VARY_NAMES = 10;

/** Different in every request, and never a reason for another answer. */
const NEVER_KEYED = new Set(['traceparent', 'tracestate', 'x-request-id', 'tessera-deadline-ms']);

/** Of the headers that go up those by which an answer may differ. */
export function keyHeaders(headers: RequestHeaders): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!NEVER_KEYED.has(name)) kept.push(name, headers[at + 1] ?? '');
  }
  return kept;
}

/** A header's value, repeated ones joined by a comma (RFC 9110 §5.3). */
export function requestHeader(headers: RequestHeaders, name: string): string | undefined {
  let value: string | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] !== name) continue;
    value = value === undefined ? headers[at + 1] : `${value}, ${headers[at + 1]}`;
  }
  return value;
}

/** The names in `vary` in lower case, sorted, each once; `any` for `*` anywhere in it (RFC 9110 §12.5.5). */
export function varyNames(headers: ResponseHeaders): readonly string[] | 'any' {
  const names = (headerValue(headers, 'vary') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.includes('*')) return 'any';
  return [...new Set(names)].sort();
}

/** The site's own address as the visitor put it: an answer that repeats it must not reach visitors of another. */
const ALWAYS_KEYED = ['x-forwarded-host', 'x-forwarded-proto'];

/**
 * What tells the variants of a URL apart (RFC 9111 §4.1): the normalised values of the headers that `vary` names, and the
 * site's address where it goes up. One that is never sent up has the same value in every request and so tells nothing apart.
 */
export function variantKey(names: readonly string[], headers: RequestHeaders): string {
  let key = '';
  for (const name of [...ALWAYS_KEYED, ...names]) {
    const value = requestHeader(headers, name);
    // Absent and empty are different requests.
    key += value === undefined ? '\n-' : `\n=${normalised(name, value)}`;
  }
  return key;
}

/** What must be equal for two requests to share one answer on its way: everything that goes up. */
export function flightKey(
  { form, method, url }: { readonly form: string; readonly method: string; readonly url: string },
  headers: RequestHeaders,
): string {
  return `${form}\n${method}\n${url}\n${fieldsOf(headers)}`;
}

/** Where nothing of the visitor's goes up, all requests of a fragment have one list of headers: it is sorted once. */
const sorted = new WeakMap<RequestHeaders, string>();

function fieldsOf(headers: RequestHeaders): string {
  const known = sorted.get(headers);
  if (known !== undefined) return known;
  const fields: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2)
    fields.push(`${headers[at]}:${headers[at + 1]}`);
  const text = fields.sort().join('\n');
  sorted.set(headers, text);
  return text;
}

/** In these letter case and the order of equal preferences mean nothing (RFC 9110 §12.5). */
const NEGOTIATED = new Set(['accept', 'accept-charset', 'accept-encoding', 'accept-language']);

function normalised(name: string, value: string): string {
  // In a cookie and in quoted strings white space may mean something.
  if (name === 'cookie' || value.includes('"')) return value.trim();
  const members = value.split(',').map((member) => member.trim());
  return NEGOTIATED.has(name) ? members.map(preference).sort().join(',') : members.join(',');
}

/** A member with its quality first, so that sorting puts the same preferences in the same order. */
function preference(member: string): string {
  const [value = '', ...parameters] = member.toLowerCase().replace(/\s/g, '').split(';');
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const others = parameters.filter((parameter) => parameter !== quality);
  const q = quality === undefined ? 1 : Number(quality.slice(2));
  return `${Number.isNaN(q) ? quality : (1 - q).toFixed(3)} ${[value, ...others].join(';')}`;
}
