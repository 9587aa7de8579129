import type { Fields } from './ask.ts';

/** Longer than the lengths that some rows state. */
export const DEFAULT_BODY = 'the body of this row';

/** What the service answers when this exchange reaches it. */
export interface ServiceAnswer {
  readonly status?: number;
  readonly headers?: Fields;
  readonly body?: string;
  /** Sent before the answer. */
  readonly interim?: 102 | 103;
  /** Instead of a whole answer: `before` it begins, or after half of it, in one of two framings. */
  readonly breaks?: 'before' | 'in-length' | 'in-chunks';
}

/** One request of a visitor, and what must come of it. */
export interface Exchange {
  readonly method?: string;
  /** Below the row's own path, query included. Default empty. */
  readonly path?: string;
  readonly send?: Fields;
  readonly body?: string;
  /** Time to let pass first, in milliseconds. */
  readonly wait?: number;
  readonly answer?: ServiceAnswer;
  /**
   * `service`: its new answer; `cache`: a stored one, the service is not asked; `validated`: a stored one, for which the
   * service was asked and said 304; `stale`: a stored one, whether or not the service was asked; `any`: not looked at.
   */
  readonly from: 'service' | 'cache' | 'validated' | 'stale' | 'any';
  /** Default 200, or what the service answers. */
  readonly status?: number;
  readonly has?: Fields;
  readonly lacks?: readonly string[];
  readonly text?: string;
  /** What comes before the answer: status, links and `x-hint`. */
  readonly interim?: string;
  readonly minAge?: number;
  /** What the service must have been sent, undefined for what it must not. */
  readonly goesUp?: Readonly<Record<string, string | undefined>>;
}

export interface Row {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
}

const sections: Record<string, Row[]> = {};

/** Rows by the section of the standard that they are about. */
export const SECTIONS: Readonly<Record<string, readonly Row[]>> = sections;

let current: Row[] = [];
function section(title: string): void {
  current = [];
  sections[title] = current;
}
function row(name: string, ...exchanges: Exchange[]): void {
  current.push({ name, exchanges });
}
const answers = (headers: Fields, more: Omit<ServiceAnswer, 'headers'> = {}): Exchange => ({
  answer: { headers, ...more },
  from: 'service',
});
const fromCache: Exchange = { from: 'cache' };
const fromService: Exchange = { from: 'service' };
const HOUR: Fields = { 'cache-control': 'max-age=3600' };
const YEAR_2020 = 'Wed, 01 Jan 2020 00:00:00 GMT';
const PAST_A_SECOND = 1050;
/** Long enough for `max-age=4` to be over, and for a busy machine to ask before it is. */
const PAST_FOUR_SECONDS = 4050;

/** An answer that is stored and stale at once, with a validator. */
const stale = (control: string, more: Fields = {}): Exchange =>
  answers({ 'cache-control': control, age: '7200', etag: '"v1"', ...more });

function reused(headers: Fields, name = fieldsText(headers)): void {
  row(name, answers(headers), fromCache);
}
function notReused(headers: Fields, name = fieldsText(headers)): void {
  row(name, answers(headers), fromService);
}
function fieldsText(headers: Fields): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(' | ') : value}`)
    .join(' + ');
}

section('RFC 9111 §4.2.1 freshness lifetime');
notReused({}, 'without any freshness nothing is reused');
notReused({ 'last-modified': -86_400, date: 0 }, 'there is no heuristic freshness');
for (const seconds of ['3600', '2147483647', '2147483648', '2147483649', '99999999999'])
  reused({ 'cache-control': `max-age=${seconds}` });
notReused({ 'cache-control': 'max-age=0' });
notReused({ 'cache-control': 'max-age=-3600' });
row('max-age that is over', answers({ 'cache-control': 'max-age=1' }), {
  wait: PAST_A_SECOND,
  from: 'service',
});
row('s-maxage that is over', answers({ 'cache-control': 's-maxage=1, max-age=3600' }), {
  wait: PAST_A_SECOND,
  from: 'service',
});
notReused({ 'cache-control': 'max-age=3600', date: -7200 });
reused({ 'cache-control': 'max-age=3600', expires: -7200, date: 0 });
reused({ 'cache-control': 'max-age=3600', expires: '0', date: 0 });
notReused({ 'cache-control': 'max-age=0', expires: 3600, date: 0 });
reused({ 'cache-control': 's-maxage=3600' });
for (const control of ['max-age=3600, s-maxage=0', 's-maxage=0, max-age=3600'])
  notReused({ 'cache-control': control });
notReused({ 'cache-control': ['max-age=3600', 's-maxage=0'] });
reused({ 'cache-control': 'max-age=1, s-maxage=3600' });
reused({ 'cache-control': 'max-age=0, s-maxage=3600', expires: -10 });
reused({ 'cache-control': 's-maxage="3600"' });

section('RFC 9111 §5.2 reading cache-control');
for (const control of [
  'foobar, max-age=3600',
  'MaX-aGe=3600',
  'max-age=003600',
  'max-age="3600"',
  'max-age=3600, max-age=1',
  ' ,, max-age=3600 ,',
  'max-age=3600,foo="a, b"',
])
  reused({ 'cache-control': control });
reused({ 'cache-control': ['max-age=3600', 'max-age=0'] });
for (const control of [
  'extension="max-age=3600", max-age=0',
  'max-age=0, extension="max-age=3600"',
  'max-age =3600',
  'max-age= 3600',
  "max-age='3600'",
  'max-age=3600.0',
  'max-age=3600.5',
  'max-age=a3600',
  'max-age=3600a',
  'max-age',
  'max-age=',
  'max-age=0, max-age=1800',
])
  notReused({ 'cache-control': control });
notReused({ 'cache-control': ['max-age=0', 'max-age=1800'] });
notReused({ 'cache-control': ['max-age=3600', 'no-store'] });

section('RFC 9111 §4.2.3, §5.1 age');
for (const age of ['abc', '-7200', '7200.0', '0, 7200', '0, 0', '', '7200;foo=bar', '7200;foo=111'])
  reused({ ...HOUR, date: 0, age });
for (const age of ['7200', '2147483647', '2147483648', '2147483649', '7200, 0'])
  notReused({ ...HOUR, date: 0, age });
notReused({ ...HOUR, date: 0, age: ['7200', '0'] });
reused({ ...HOUR, date: 0, age: ['0', '7200'] });
reused({ ...HOUR, date: 0, age: ['0', '0'] });
reused({ 'cache-control': 'max-age=10000', date: 0, age: ['3600', '3600'] });
row('a stored answer has an age', answers({ ...HOUR, date: -5 }), { from: 'cache', minAge: 5 });
row('it counts from the age that came', answers({ ...HOUR, age: '30' }), {
  from: 'cache',
  minAge: 30,
});
row('also with expires', answers({ expires: 3600, date: 0, age: '30' }), {
  wait: PAST_A_SECOND,
  from: 'cache',
  minAge: 31,
});
row('the age of a fresh answer is left alone', {
  ...answers({ ...HOUR, age: '30' }),
  has: { age: '30' },
});
row(
  'date and expires are left alone',
  answers({ date: 'Thu, 01 Jan 2026 00:00:00 GMT', expires: 'Fri, 18 Aug 2062 02:01:18 GMT' }),
  {
    from: 'cache',
    has: { date: 'Thu, 01 Jan 2026 00:00:00 GMT', expires: 'Fri, 18 Aug 2062 02:01:18 GMT' },
  },
);

section('RFC 9111 §5.3 expires, RFC 9110 §5.6.7 dates');
reused({ expires: 3600, date: 0 });
notReused({ expires: -3600, date: 0 });
notReused({ expires: 0, date: 0 });
notReused({ expires: 300, date: 400 });
notReused({ expires: '0', date: 0 });
notReused({ expires: '', date: 0 });
reused({ expires: 10, date: 'foo' });
notReused({ date: -10, expires: 10, age: '25' });
notReused({ date: 10, expires: 20, age: '15' });
for (const expires of [
  'Tue, 19 Jan 2038 14:14:08 GMT',
  'Sun, 21 Nov 2286 04:46:39 GMT',
  'Thursday, 18-Aug-50 02:01:18 GMT',
  'Thu Aug  8 02:01:18 2050',
  'THU, 18 Aug 2050 02:01:18 GMT',
  'Thu, 18 AUG 2050 02:01:18 GMT',
  'Thu, 18 Aug 2050 02:01:18 gMT',
])
  reused({ expires, date: 0 });
for (const expires of [
  'Thu, 18 Aug 2050 02:01:18 UTC',
  'Thu, 18 Aug 2050 02:01:18 AEST',
  'Thu, 18 Aug 50 02:01:18 GMT',
  'Thu 18 Aug 2050 02:01:18 GMT',
  'Thu, 18  Aug  2050 02:01:18 GMT',
  'Thu, 18-Aug-2050 02:01:18 GMT',
  'Thu, 18 Aug 2050 02.01.18 GMT',
  'Thu, 18 Aug 2050 2:01:18 GMT',
  'Thu, 32 Aug 2050 02:01:18 GMT',
  'Thu, 18 Aug 2050 24:01:18 GMT',
])
  notReused({ expires, date: 0 });
notReused({
  expires: ['Thu, 18 Aug 2050 2:01:18 GMT', 'Thu, 18 Aug 2050 2:01:19 GMT'],
  date: 0,
});

section('RFC 9213 cdn-cache-control');
const cdn = (control: string, more: Fields = {}): Fields => ({
  'cdn-cache-control': control,
  ...more,
});
for (const control of [
  'max-age=3600',
  'max-age=2147483648',
  'max-age=99999999999',
  'foobar, max-age=3600',
  'MaX-aGe=3600',
])
  reused(cdn(control));
reused(cdn('max-age=3600', { expires: -10_000, date: 0 }));
reused(cdn('max-age=3600', { expires: '0', date: 0 }));
reused(cdn('max-age=3600', { 'cache-control': 'max-age=0' }));
reused(cdn('max-age=3600', { 'cache-control': 'no-store' }));
reused(cdn('max-age=3600', { 'cache-control': 'private' }));
notReused(cdn('max-age=0'));
notReused(cdn('max-age=3600', { date: 0, age: '7200' }));
notReused(cdn('max-age=0', { expires: 10_000, date: 0 }));
notReused(cdn('max-age=0', HOUR));
for (const control of ['private', 'no-cache', 'no-store', 'PRIVATE'])
  notReused(cdn(control, { ...HOUR, expires: 10_000, date: 0 }));
for (const control of [
  'max-age=10000, &&&&&',
  'max-age="10000"',
  'max-age=1.5',
  'max-age =100',
  'max-age= 100',
])
  notReused(cdn(control, { 'cache-control': 'no-store' }));
row('it is passed on', { ...answers(cdn('foo', HOUR)), has: { 'cdn-cache-control': 'foo' } });
row(
  'what it hides is passed on',
  answers(
    cdn('max-age=600', {
      'cache-control': 'max-age=1',
      expires: 'Thu, 01 Jan 2026 00:00:01 GMT',
      date: 0,
    }),
  ),
  {
    from: 'cache',
    minAge: 0,
    has: { 'cache-control': 'max-age=1', expires: 'Thu, 01 Jan 2026 00:00:01 GMT' },
  },
);
row(
  'stale-while-revalidate in it',
  stale('no-store', cdn('max-age=1, stale-while-revalidate=9000')),
  {
    from: 'stale',
  },
);
notReused({ 'surrogate-control': 'max-age=3600' }, 'surrogate-control gives no freshness');
reused({ ...HOUR, 'surrogate-control': 'no-store' }, 'nor does it take any');

section('RFC 9111 §3 status codes');
const STATUSES = [
  200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599,
];
for (const status of STATUSES) {
  row(
    `${status} with max-age`,
    { ...answers(HOUR, { status }), status },
    {
      ...fromCache,
      status,
    },
  );
  row(
    `${status} that is stale`,
    { ...answers({ expires: -5000, 'last-modified': -100_000, date: 0 }, { status }), status },
    { ...answers({}, { status }), status },
  );
}
for (const status of [201, 202, 203, 204, 403, 404, 405, 410, 414, 501, 502, 503, 504, 599]) {
  row(
    `${status} has no heuristic freshness`,
    { ...answers({ 'last-modified': -86_400, date: 0 }, { status }), status },
    { ...answers({}, { status }), status },
  );
}
row(
  'what is not understood',
  {
    ...answers({ 'cache-control': 'max-age=3600, no-store, must-understand' }, { status: 599 }),
    status: 599,
  },
  fromService,
);
reused({ 'cache-control': 'max-age=3600, no-store, must-understand' }, 'what is understood');
for (const status of [412, 413, 416, 417, 431]) {
  row(
    `${status} speaks of one request only`,
    { ...answers(HOUR, { status }), status },
    fromService,
  );
}

section('RFC 9111 §5.2.2 response directives');
for (const control of [
  'private, max-age=3600',
  'PRIVATE, max-age=3600',
  'no-store',
  'No-StOrE, max-age=3600',
  'no-cache, max-age=3600',
  'No-CaChE, max-age=3600',
])
  notReused({ 'cache-control': control, expires: 10_000, date: 0 });
for (const control of ['no-cache', 'max-age=10000, no-cache']) {
  row(
    `${control} with an etag is validated each time`,
    answers({ 'cache-control': control, etag: '"abcd"' }),
    { from: 'validated', goesUp: { 'if-none-match': '"abcd"' } },
    { from: 'validated', goesUp: { 'if-none-match': '"abcd"' } },
  );
}
row(
  'no-cache="a, b" keeps these from being stored',
  answers({ 'cache-control': ['no-cache="a, b"', 'max-age=3600'], a: '1', b: '2', c: '3' }),
  {
    from: 'cache',
    has: { c: '3' },
    lacks: ['a', 'b'],
  },
);
row(
  'private="a" likewise',
  answers({ 'cache-control': 'private="a", max-age=3600', a: '1', c: '3' }),
  {
    from: 'cache',
    has: { c: '3' },
    lacks: ['a'],
  },
);
reused({ 'cache-control': 'max-age=10000, must-revalidate', etag: '"abcd"' });
row(
  'must-revalidate that is over',
  answers({ 'cache-control': 'max-age=4, must-revalidate', etag: '"abcd"' }),
  fromCache,
  { wait: PAST_FOUR_SECONDS, from: 'validated', goesUp: { 'if-none-match': '"abcd"' } },
);
row(
  'a new answer with no-store does not bring back the old one once that is stale',
  stale('max-age=1'),
  answers({ 'cache-control': 'no-store' }),
  { from: 'service', goesUp: { 'if-none-match': undefined } },
);
reused({ ...HOUR, pragma: 'no-cache' }, 'pragma in an answer means nothing');
reused({ ...HOUR, pragma: 'extension' });
reused({ ...HOUR, connection: 'close' });
reused({ ...HOUR, 'content-disposition': 'attachment; filename=example.txt' });

section('RFC 9111 §3.5 authorization, cookies');
const FOO = { authorization: 'FOO' };
const signedIn = (headers: Fields): Exchange => ({
  ...answers(headers),
  send: FOO,
  goesUp: FOO,
});
row('authorization', signedIn({ expires: 3600, date: 0 }), fromService);
row('authorization with max-age', signedIn(HOUR), fromService);
for (const control of ['max-age=3600, public', 'max-age=3600, must-revalidate', 's-maxage=3600'])
  row(`authorization with ${control}`, signedIn({ 'cache-control': control }), fromCache);
row('a stored answer is good for those who sign in', answers(HOUR), { ...fromCache, send: FOO });
row('a request with a cookie', { ...answers(HOUR), send: { cookie: 'a=b' } }, fromService);
row(
  'a request with a cookie, public',
  { ...answers({ 'cache-control': 'public, max-age=60' }), send: { cookie: 'a=b' } },
  fromCache,
);
row(
  'a request with a cookie, vary',
  { ...answers({ ...HOUR, vary: 'cookie' }), send: { cookie: 'a=b' } },
  { ...fromService, send: { cookie: 'a=c' } },
  { ...fromCache, send: { cookie: 'a=b' } },
);
row('a stored answer is good for those with a cookie', answers(HOUR), {
  ...fromCache,
  send: { cookie: 'a=b' },
});
row('what sets a cookie', answers({ ...HOUR, 'set-cookie': 'a=b' }), {
  ...fromService,
  lacks: ['set-cookie'],
});
row(
  'what sets a cookie, public',
  answers({ 'cache-control': 'public, max-age=60', 'set-cookie': 'a=b' }),
  fromService,
);

section('RFC 9111 §4.1 vary');
const foo = (value: string): Fields => ({ foo: value });
const varying = (
  vary: string | readonly string[],
  send: Fields,
  more: Partial<Exchange> = {},
): Exchange => ({
  ...answers({ ...HOUR, 'last-modified': -3000, date: 0, vary }),
  send,
  ...more,
});
const three = { foo: '1', bar: 'abc', baz: '789' };
row('the same value', varying('foo', { foo: '1' }), { ...fromCache, send: foo('1') });
row('another value', varying('Foo', { foo: '1' }), { ...fromService, send: foo('2') });
row('absent when stored', varying('Foo', {}), { ...fromService, send: foo('1') });
row('absent now', varying('Foo', { foo: '1' }), fromService);
row('empty is not absent', varying('Foo', {}), { ...fromService, send: foo('') });
row(
  'two variants are kept',
  varying(
    'Foo',
    { foo: '1' },
    { text: 'one', answer: { headers: { ...HOUR, vary: 'Foo' }, body: 'one' } },
  ),
  varying(
    'Foo',
    { foo: '2' },
    { text: 'two', answer: { headers: { ...HOUR, vary: 'Foo' }, body: 'two' } },
  ),
  { ...fromCache, send: foo('1'), text: 'one' },
  { ...fromCache, send: foo('2'), text: 'two' },
);
row('others do not count', varying('Foo', { foo: '1', other: '2' }), {
  ...fromCache,
  send: { foo: '1', other: '3' },
});
row('two names', varying('Foo, Bar', { foo: '1', bar: 'abc' }), {
  ...fromCache,
  send: { foo: '1', bar: 'abc' },
});
row('two names, one differs', varying('Foo, Bar', { foo: '1', bar: 'abc' }), {
  ...fromService,
  send: { foo: '2', bar: 'abc' },
});
row('two names, none sent', varying('Foo, Bar', { foo: '1', bar: 'abc' }), fromService);
row('two lines', varying(['Foo', 'Bar'], { foo: '1', bar: 'abc' }), {
  ...fromService,
  send: { foo: '1', bar: 'abd' },
});
row('three names', varying('Foo, Bar, Baz', three), { ...fromCache, send: three });
row('three names, one differs', varying('Foo, Bar, Baz', three), {
  ...fromService,
  send: { ...three, foo: '2' },
});
row('three names in another order, one differs', varying('Foo, Bar, Baz', three), {
  ...fromService,
  send: { foo: '1', baz: '789', bar: 'abcde' },
});
row('three names, one never sent', varying('Foo, Bar, Baz', { foo: '1', baz: '789' }), {
  ...fromCache,
  send: { foo: '1', baz: '789' },
});
for (const vary of ['*', '*, *', ', *', '*, Foo', 'Foo, *', ' * '])
  row(`vary: ${vary}`, varying(vary, { foo: '1', baz: '789' }), {
    ...fromService,
    send: { foo: '1', baz: '789' },
  });
for (const vary of [
  ['*', '*'],
  ['', '*'],
  ['Foo', '*'],
])
  row(`vary: ${vary.join(' | ')}`, varying(vary, { foo: '1' }), { ...fromService, send: foo('1') });
row('lists sent on several lines are one list', varying('Foo', { foo: '1, 2' }), {
  ...fromCache,
  send: { foo: ['1', '2'] },
});
row('white space in lists', varying('Foo', { foo: '1,2' }), { ...fromCache, send: foo(' 1, 2 ') });
for (const language of ['de, en', 'eN, De', ' en ,   de'])
  row(`accept-language: ${language}`, varying('Accept-Language', { 'accept-language': 'en, de' }), {
    ...fromCache,
    send: { 'accept-language': language },
  });
row(
  'accept-language with other preferences',
  varying('Accept-Language', { 'accept-language': 'en, de' }),
  { ...fromService, send: { 'accept-language': 'en, de;q=0.5' } },
);

section('RFC 9111 §3.1 stored header fields');
row(
  'connection names what is not stored',
  answers({ ...HOUR, connection: 'a, b', a: '1', b: '2', c: '3' }),
  {
    from: 'cache',
    has: { c: '3' },
    lacks: ['a', 'b'],
  },
);
for (const [name, value] of Object.entries({
  'test-header': 'x',
  'x-test-header': 'x',
  'content-foo': 'x',
  'x-content-foo': 'x',
  'content-encoding': 'unknown-coding',
  'content-length': '10',
  'content-location': '/bar',
  'content-md5': 'N7UdGUp1E+RbVvZSTy1R8g==',
  'content-range': 'x',
  'content-security-policy': "default-src 'self' cdn.example.com",
  'content-type': 'text/plain;charset=utf-8',
  etag: '"ghijkl"',
  expires: 'Mon, 11 Jan 2038 11:11:11 GMT',
  'public-key-pins': 'x',
  'set-cookie2': 'a=c',
  'x-frame-options': 'sameorigin',
  'x-xss-protection': '1; mode=block',
  link: '</a.css>; rel=preload; as=style',
})) {
  row(
    `${name} is stored`,
    { ...answers({ ...HOUR, [name]: value }), has: { [name]: value } },
    {
      from: 'cache',
      has: { [name]: value },
    },
  );
}
for (const name of [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'upgrade',
]) {
  row(`${name} is not`, answers({ ...HOUR, [name]: `${name}-store-value` }), {
    from: 'cache',
    lacks: name === 'connection' || name === 'keep-alive' ? [] : [name],
  });
}
for (const name of [
  'clear-site-data',
  'strict-transport-security',
  'service-worker-allowed',
  'access-control-allow-origin',
])
  row(
    `${name} speaks for the whole site`,
    { ...answers({ ...HOUR, [name]: 'x' }), lacks: [name] },
    { from: 'cache', lacks: [name] },
  );

section('RFC 9111 §3.2 what a 304 brings up to date');
row('fields that it leaves out stay', stale('max-age=1', { 'test-header': 'a' }), {
  from: 'validated',
  has: { 'test-header': 'a' },
});
row(
  'also when validated by date',
  answers({
    'cache-control': 'max-age=1',
    age: '9',
    'last-modified': YEAR_2020,
    date: 0,
    'test-header': 'a',
  }),
  {
    from: 'validated',
    answer: { headers: { 'last-modified': YEAR_2020, date: 0 } },
    goesUp: { 'if-modified-since': YEAR_2020 },
    has: { 'test-header': 'a' },
  },
);
const updating = (before: Fields, now: Fields, expected: Fields): Exchange[] => [
  stale('max-age=1', before),
  { from: 'validated', answer: { headers: { ...HOUR, etag: '"v1"', ...now } }, has: expected },
  { from: 'cache', has: expected },
];
for (const [name, a, b] of [
  ['test-header', 'a', 'b'],
  ['x-test-header', 'a', 'b'],
  ['content-foo', 'a', 'b'],
  ['x-content-foo', 'a', 'b'],
  ['cache-control', 'max-age=1', 'max-age=7200'],
  ['content-location', '/foo', '/bar'],
  ['content-security-policy', "default-src 'self'", "default-src 'none'"],
  ['expires', 'Fri, 01 Jan 2038 01:01:01 GMT', 'Mon, 11 Jan 2038 11:11:11 GMT'],
  ['x-frame-options', 'deny', 'sameorigin'],
] as const)
  row(`${name} is updated`, ...updating({ [name]: a }, { [name]: b }, { [name]: b }));
for (const [name, a, b] of [
  ['content-length', '5', '10'],
  ['content-type', 'text/plain', 'text/html'],
  ['content-encoding', 'a', 'b'],
  ['content-range', 'a', 'b'],
] as const)
  row(`${name} is not`, ...updating({ [name]: a }, { [name]: b }, { [name]: a }));
row(
  'fields that connection names are not',
  stale('max-age=1', { a: '1' }),
  { from: 'validated', answer: { headers: { ...HOUR, connection: 'a, keep-alive', a: '2' } } },
  { from: 'cache', has: { a: '1' } },
);
row(
  'an age in it counts',
  stale('max-age=3600'),
  { from: 'validated', answer: { headers: { ...HOUR, age: '100' } } },
  { from: 'cache', minAge: 100 },
);
row(
  'a 304 with another strong etag speaks of something else',
  stale('max-age=1'),
  { ...answers({ ...HOUR, etag: '"v2"' }), send: { 'x-says': '304-of-another' } },
  { from: 'cache', has: { etag: '"v2"' } },
);

section('RFC 9111 §4.3.1 conditional requests to the service');
for (const etag of ['"abcdef"', 'W/"abcdef"', 'abcdef'])
  row(`if-none-match: ${etag}`, stale('max-age=1', { etag }), {
    from: 'validated',
    goesUp: { 'if-none-match': etag },
  });
row(
  'if-modified-since',
  answers({ 'cache-control': 'max-age=1', age: '9', 'last-modified': YEAR_2020 }),
  {
    from: 'validated',
    goesUp: { 'if-modified-since': YEAR_2020, 'if-none-match': undefined },
  },
);
row(
  'headers that vary names go up with it',
  { ...answers({ expires: -1, etag: '"abcdef"', date: 0, vary: 'Abc' }), send: { abc: '123' } },
  {
    from: 'validated',
    send: { abc: '123' },
    goesUp: { abc: '123', 'if-none-match': '"abcdef"' },
  },
);
row('one who never saw the answer gets all of it', stale('max-age=1'), {
  from: 'validated',
  status: 200,
  text: DEFAULT_BODY,
});
row('conditions of the visitor go up where nothing is stored', {
  from: 'service',
  send: { 'if-none-match': '"abcdef"' },
  goesUp: { 'if-none-match': '"abcdef"' },
  answer: { headers: HOUR },
});
row('conditions of the visitor do not meet those of the cache', stale('max-age=1'), {
  from: 'validated',
  send: { 'if-none-match': '"mine"', 'if-modified-since': YEAR_2020, range: 'bytes=0-0' },
  goesUp: { 'if-none-match': '"v1"', 'if-modified-since': undefined, range: undefined },
  status: 206,
});

section('RFC 9111 §4.3.2 conditional requests to the cache');
const asked = (
  etag: string | undefined,
  send: Fields,
  status: number,
  more: Fields = {},
): Exchange[] => [
  answers({ ...HOUR, ...(etag !== undefined && { etag }), ...more }),
  { from: 'cache', send, status, ...(status === 304 && etag !== undefined && { has: { etag } }) },
];
for (const [etag, condition, status] of [
  ['"abcdef"', '"abcdef"', 304],
  ['W/"abcdef"', 'W/"abcdef"', 304],
  ['W/"abcdef"', '"abcdef"', 304],
  ['"abcdef"', 'W/"abcdef"', 304],
  ['"abcdef"', '"abcdef", "1234", "5678"', 304],
  ['"abcdef"', '"1234", "abcdef", "5678"', 304],
  ['"abcdef"', '"1234","5678","abcdef"', 304],
  ['"abc,def"', '"1234", "abc,def"', 304],
  ['"abcdef"', '*', 304],
  ['abcdef', 'abcdef', 304],
  ['"abcdef\u00fc"', '"abcdef\u00fc"', 304],
  ['"abcdef"', '"1234"', 200],
  ['"abcdef"', '"abcdefg"', 200],
] as const)
  row(
    `etag ${etag}, if-none-match: ${condition}`,
    ...asked(etag, { 'if-none-match': condition }, status),
  );
const OLD = { 'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT', date: 0 };
row(
  'if-none-match wins',
  ...asked(
    '"abcdef"',
    { 'if-none-match': '"abcdef"', 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' },
    304,
    OLD,
  ),
);
row(
  'if-none-match wins also when it fails',
  ...asked(
    '"abcdef"',
    { 'if-none-match': '"x"', 'if-modified-since': 'Thu, 02 Jan 2025 00:00:00 GMT' },
    200,
    OLD,
  ),
);
row(
  'if-modified-since: the same',
  ...asked(undefined, { 'if-modified-since': OLD['last-modified'] }, 304, OLD),
);
row(
  'if-modified-since: later',
  ...asked(undefined, { 'if-modified-since': 'Thu, 02 Jan 2025 00:00:00 GMT' }, 304, OLD),
);
row(
  'if-modified-since: earlier',
  ...asked(undefined, { 'if-modified-since': 'Tue, 31 Dec 2024 00:00:00 GMT' }, 200, OLD),
);
row(
  'if-modified-since: RFC 850',
  ...asked(undefined, { 'if-modified-since': 'Wednesday, 01-Jan-25 00:00:00 GMT' }, 304, OLD),
);
row(
  'if-modified-since: no date',
  ...asked(undefined, { 'if-modified-since': 'yesterday' }, 200, OLD),
);
row(
  'if-modified-since without last-modified',
  ...asked(undefined, { 'if-modified-since': 3600 }, 304, { date: 0 }),
);
row(
  'after a validation too',
  answers({ 'cache-control': 'max-age=1', age: '9', 'last-modified': YEAR_2020, date: 0 }),
  {
    from: 'validated',
    send: { 'if-modified-since': YEAR_2020 },
    status: 304,
  },
);
row(
  'a 304 has what tells the answer apart, and its age',
  answers({
    ...HOUR,
    etag: '"a"',
    vary: 'foo',
    age: '30',
    'content-location': '/x',
    date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    expires: 'Mon, 11 Jan 2038 11:11:11 GMT',
    'cache-control': 'max-age=999999999',
  }),
  {
    from: 'cache',
    send: { 'if-none-match': '"a"' },
    status: 304,
    minAge: 30,
    has: {
      etag: '"a"',
      vary: 'foo',
      'content-location': '/x',
      'cache-control': 'max-age=999999999',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    },
    lacks: ['content-type', 'content-length'],
  },
);

section('RFC 9111 §3.3, §3.4, RFC 9110 §14 partial content');
const TEN = '0123456789A';
const whole: Exchange = answers({ ...HOUR, a: '1', etag: '"w"' }, { body: TEN });
for (const [range, text, contentRange] of [
  ['bytes=0-1', '01', 'bytes 0-1/11'],
  ['bytes=1-', '123456789A', 'bytes 1-10/11'],
  ['bytes=-1', 'A', 'bytes 10-10/11'],
  ['bytes=9-99', '9A', 'bytes 9-10/11'],
] as const)
  row(
    range,
    whole,
    {
      from: 'cache',
      send: { range },
      status: 206,
      text,
      has: { 'content-range': contentRange, a: '1' },
    },
    { from: 'cache', text: TEN },
  );
row('none of its bytes', whole, {
  from: 'cache',
  send: { range: 'bytes=11-' },
  status: 416,
  has: { 'content-range': 'bytes */11' },
});
row('several ranges', whole, {
  from: 'cache',
  send: { range: 'bytes=0-1,3-4' },
  status: 200,
  text: TEN,
});
row('if-range that matches', whole, {
  from: 'cache',
  send: { range: 'bytes=0-1', 'if-range': '"w"' },
  status: 206,
  text: '01',
});
row('if-range that does not', whole, {
  from: 'cache',
  send: { range: 'bytes=0-1', 'if-range': '"x"' },
  status: 200,
  text: TEN,
});
const partial: Exchange = {
  send: { range: 'bytes=-5' },
  goesUp: { range: 'bytes=-5' },
  answer: { status: 206, headers: { ...HOUR, 'content-range': 'bytes 4-9/10' }, body: '01234' },
  from: 'service',
  status: 206,
  text: '01234',
};
row('a part is passed on and not kept', partial, { ...fromService, goesUp: { range: undefined } });
row('nor for the same range', partial, partial);
row('a part that nobody asked for is not kept', { ...partial, send: {}, goesUp: {} }, fromService);
row(
  'a whole answer to a range is kept',
  { ...answers(HOUR, { body: TEN }), send: { range: 'bytes=0-1' }, status: 206, text: '01' },
  { from: 'cache', text: TEN },
);

section('RFC 9111 §4.4 invalidation');
const POST = 'POST';
for (const method of [POST, 'PUT', 'DELETE', 'PATCH', 'M-SEARCH']) {
  const body = 'abc';
  row(`${method}`, answers(HOUR), { method, body, from: 'service' }, fromService);
  for (const status of [400, 404, 500, 503])
    row(
      `${method} that ends in ${status}`,
      answers(HOUR),
      { method, body, from: 'service', answer: { status }, status },
      fromCache,
    );
  for (const name of ['location', 'content-location']) {
    row(
      `${method} with ${name}`,
      { ...answers(HOUR), path: '/target' },
      { method, body, from: 'service', answer: { headers: { [name]: '{row}/target' } } },
      { ...fromService, path: '/target' },
    );
  }
}
row(
  'a redirect counts as success',
  answers(HOUR),
  {
    method: POST,
    from: 'service',
    answer: { status: 303, headers: { location: '/' } },
    status: 303,
  },
  fromService,
);
row(
  'all variants',
  varying('foo', { foo: '1' }),
  { method: POST, from: 'service' },
  { ...fromService, send: foo('1') },
);
row(
  'another URL stays',
  { ...answers(HOUR), path: '?a' },
  { method: POST, path: '?b', from: 'service' },
  { ...fromCache, path: '?a' },
);
row(
  'content-location elsewhere',
  answers(HOUR),
  {
    method: POST,
    path: '/x',
    from: 'service',
    answer: { headers: { 'content-location': 'http://elsewhere.example{row}' } },
  },
  fromCache,
);
for (const method of ['OPTIONS', 'HEAD'])
  row(`${method} does not`, answers(HOUR), { method, from: 'any' }, fromCache);
row(
  'answers to other methods are not kept',
  {
    method: POST,
    body: '12345',
    ...answers({ expires: 3600, date: 0, 'content-location': '{row}' }),
  },
  fromService,
);

section('RFC 9875 cache groups');
row(
  'a group is invalidated',
  { ...answers({ ...HOUR, 'cache-groups': '"{row}", "b"' }), path: '/a' },
  { ...answers({ ...HOUR, 'cache-groups': '"{row}"' }), path: '/b' },
  { ...answers({ ...HOUR, 'cache-groups': '"other"' }), path: '/c' },
  {
    method: POST,
    path: '/form',
    from: 'service',
    answer: { headers: { 'cache-group-invalidation': '"{row}"' } },
  },
  { ...fromService, path: '/a' },
  { ...fromService, path: '/b' },
  { ...fromCache, path: '/c' },
);
row(
  'not by a safe method',
  { ...answers({ ...HOUR, 'cache-groups': '"{row}"' }), path: '/a' },
  {
    path: '/form',
    from: 'service',
    answer: { headers: { 'cache-group-invalidation': '"{row}"' } },
  },
  { ...fromCache, path: '/a' },
);
row(
  'not by an error',
  { ...answers({ ...HOUR, 'cache-groups': '"{row}"' }), path: '/a' },
  {
    method: POST,
    path: '/form',
    from: 'service',
    status: 500,
    answer: { status: 500, headers: { 'cache-group-invalidation': '"{row}"' } },
  },
  { ...fromCache, path: '/a' },
);

section('RFC 9111 §4.2.4, RFC 5861 stale answers');
const closes = { breaks: 'before' } as const;
const unavailable = { status: 503 } as const;
row('stale-while-revalidate', stale('max-age=1, stale-while-revalidate=9000'), { from: 'stale' });
row('its window is over', stale('max-age=1, stale-while-revalidate=4'), { from: 'validated' });
row('no window, the connection ends', stale('max-age=1'), {
  from: 'any',
  answer: closes,
  status: 502,
});
row('no window, 503', stale('max-age=1'), { from: 'service', answer: unavailable, status: 503 });
for (const answer of [closes, unavailable, { status: 500 }, { status: 502 }, { status: 504 }]) {
  const what = 'status' in answer ? answer.status : 'the connection ends';
  row(`stale-if-error: ${what}`, stale('max-age=1, stale-if-error=9000'), {
    from: 'stale',
    answer,
  });
  row(`the visitor's stale-if-error: ${what}`, stale('max-age=1'), {
    from: 'stale',
    answer,
    send: { 'cache-control': 'stale-if-error=9000' },
  });
}
row('stale-if-error: 404 is an answer', stale('max-age=1, stale-if-error=9000'), {
  from: 'service',
  answer: { status: 404 },
  status: 404,
});
row('stale-if-error: the window is over', stale('max-age=1, stale-if-error=60'), {
  from: 'any',
  answer: closes,
  status: 502,
});
row(
  'a 503 with max-age does not replace the answer that stands in for it',
  stale('max-age=1, stale-if-error=9000'),
  { from: 'stale', answer: { status: 503, headers: HOUR } },
  { from: 'validated' },
);
for (const control of ['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage=1']) {
  row(`${control}: the connection ends`, stale(`max-age=1, ${control}, stale-if-error=9000`), {
    from: 'any',
    answer: closes,
    status: 502,
  });
  row(
    `${control}: no stale-while-revalidate`,
    stale(`max-age=1, ${control}, stale-while-revalidate=9000`),
    { from: 'validated' },
  );
  row(`${control}: no max-stale`, stale(`max-age=1, ${control}`), {
    from: 'validated',
    send: { 'cache-control': 'max-stale' },
  });
}
row('what was fresh a second ago', answers({ 'cache-control': 'max-age=1, stale-if-error=60' }), {
  wait: PAST_A_SECOND,
  from: 'stale',
  answer: closes,
});
row(
  'what was fresh a second ago, must-revalidate',
  answers({ 'cache-control': 'max-age=1, must-revalidate' }),
  { wait: PAST_A_SECOND, from: 'any', answer: closes, status: 502 },
);

section('RFC 9111 §5.2.1 request directives');
const says = (control: string): Partial<Exchange> => ({ send: { 'cache-control': control } });
for (const control of ['max-age=0', 'no-cache', 'No-Cache', 'min-fresh=4000', 'no-store'])
  row(control, answers(HOUR), { ...fromService, ...says(control) });
row('max-age above the age', answers({ ...HOUR, age: '500' }), {
  ...fromCache,
  ...says('max-age=600'),
});
row('max-age below the age', answers({ ...HOUR, age: '1800' }), {
  ...fromService,
  ...says('max-age=600'),
});
row('min-fresh below what is left', answers({ ...HOUR, age: '1000' }), {
  ...fromCache,
  ...says('min-fresh=1000'),
});
row('min-fresh above what is left', answers({ 'cache-control': 'max-age=1500', age: '1000' }), {
  ...fromService,
  ...says('min-fresh=1000'),
});
row('max-stale', stale('max-age=7000'), { ...fromCache, ...says('max-stale=1000') });
row('max-stale without end', stale('max-age=1'), { ...fromCache, ...says('max-stale') });
row('max-stale that does not reach', stale('max-age=1'), {
  from: 'validated',
  ...says('max-stale=1000'),
});
row('no-cache with an etag', answers({ ...HOUR, etag: '"abc"' }), {
  from: 'validated',
  ...says('no-cache'),
  goesUp: { 'if-none-match': '"abc"' },
});
row('no-cache with last-modified', answers({ ...HOUR, 'last-modified': YEAR_2020 }), {
  from: 'validated',
  ...says('no-cache'),
  goesUp: { 'if-modified-since': YEAR_2020 },
});
row('no-store keeps nothing', { ...answers(HOUR), ...says('no-store') }, fromService);
row(
  'no-store leaves what is there',
  answers(HOUR),
  { ...fromService, ...says('no-store') },
  fromCache,
);
row('only-if-cached without', { from: 'any', status: 504, ...says('only-if-cached') });
row('only-if-cached with', answers(HOUR), { ...fromCache, ...says('only-if-cached') });
row('only-if-cached with stale', stale('max-age=1'), {
  from: 'any',
  status: 504,
  ...says('only-if-cached'),
});
row('pragma in a request means nothing', answers(HOUR), {
  ...fromCache,
  send: { pragma: 'no-cache' },
});

section('RFC 9110 §9.3.2 HEAD, RFC 9111 §2 keys');
row('HEAD from a stored GET', answers({ ...HOUR, a: '1' }, { body: TEN }), {
  method: 'HEAD',
  from: 'cache',
  text: '',
  has: { a: '1', 'content-length': '11' },
});
row(
  'HEAD where nothing is stored is not kept for GET',
  { method: 'HEAD', ...answers(HOUR), text: '' },
  fromService,
);
row('HEAD goes up when the stored answer is stale', stale('max-age=1'), {
  method: 'HEAD',
  from: 'any',
  goesUp: {},
});
row('HEAD answered 304', answers({ ...HOUR, etag: '"a"' }), {
  method: 'HEAD',
  from: 'cache',
  send: { 'if-none-match': '"a"' },
  status: 304,
});
row('one query', { ...answers(HOUR), path: '?a=1' }, { ...fromCache, path: '?a=1' });
row('another query', { ...answers(HOUR), path: '?a=1' }, { ...fromService, path: '?a=2' });
row('no query', { ...answers(HOUR), path: '?a=1' }, fromService);
row('a method that nobody knows', { method: 'M-SEARCH', ...answers(HOUR) }, fromService);

section('RFC 9111 §3.3 answers that break off');
for (const breaks of ['in-length', 'in-chunks'] as const)
  row(breaks, { from: 'any', status: 502, answer: { headers: HOUR, breaks } }, fromService);
row('a stored answer outlives one', stale('max-age=1, stale-if-error=9000'), {
  from: 'stale',
  answer: { headers: HOUR, breaks: 'in-length' },
});
row('chunks are stored as what they carry', answers({ ...HOUR, 'transfer-encoding': 'chunked' }), {
  from: 'cache',
  text: DEFAULT_BODY,
  has: { 'content-length': String(DEFAULT_BODY.length) },
  lacks: ['transfer-encoding'],
});

section('RFC 9110 §15.2 interim answers');
row('102', { ...answers(HOUR, { interim: 102 }), interim: '102' }, fromCache);
row(
  '103',
  {
    ...answers(HOUR, { interim: 103 }),
    interim: '103 </styles.css>; rel=preload; as=style test',
  },
  fromCache,
);
row('before an answer that is not kept', {
  ...answers({}, { interim: 103 }),
  interim: '103 </styles.css>; rel=preload; as=style test',
});
