import { expect, test } from 'vitest';
import { contain } from './contain/contain.ts';
import { RecurringHtml } from './recurring-html.ts';

const answer = (body: string, headers: Record<string, string> = {}) => ({
  headers: { 'content-type': 'text/html', ...headers },
  body: Buffer.from(body),
});
const made = (html: string) => {
  const contained = contain(Buffer.from(html));
  if (typeof contained === 'string') throw new Error(contained);
  return contained;
};

test('what was made of an answer is found for the same answer of the same URL only', () => {
  const recurring = new RecurringHtml(100_000);
  recurring.note('http://a/', answer('<p>a</p>'), made('<p>a</p>'));
  const found = recurring.find('http://a/', answer('<p>a</p>'));
  expect(found?.html.toString()).toBe('<p>a</p>');
  expect(recurring.find('http://a/', answer('<p>a</p>'))?.html).toBe(found?.html);
  for (const [url, other] of [
    ['http://b/', answer('<p>a</p>')],
    ['http://a/', answer('<p>b</p>')],
    ['http://a/', answer('<p>a</p> ')],
    ['http://a/', answer('<p>a</p>', { 'content-type': 'text/html; charset=utf-16' })],
    ['http://a/', answer('<p>a</p>', { 'content-encoding': 'gzip' })],
  ] as const)
    expect(recurring.find(url, other)).toBe(undefined);
  recurring.note('http://a/', answer('<p>b</p>'), made('<p>b</p>'));
  expect(recurring.find('http://a/', answer('<p>a</p>'))).toBe(undefined);
  expect(recurring.find('http://a/', answer('<p>b</p>'))?.html.toString()).toBe('<p>b</p>');
});

test('what is remembered stays within its bound, and keeps nothing else alive', () => {
  const recurring = new RecurringHtml(50_000);
  for (let n = 0; n < 500; n++) {
    const html = `<p>${String(n).repeat(200)}</p>`;
    recurring.note(`http://a/${n}`, answer(html), made(html));
  }
  expect(recurring.bytes).toBeGreaterThan(25_000);
  expect(recurring.bytes).toBeLessThanOrEqual(50_000);
  const huge = `<p>${'a'.repeat(10_000)}</p>`;
  recurring.note('http://a/huge', answer(huge), made(huge));
  expect(recurring.find('http://a/huge', answer(huge))).toBe(undefined);
  const received = Buffer.alloc(64 * 1024, '<p>a</p>');
  const body = received.subarray(0, 8);
  recurring.note('http://a/', { ...answer(''), body }, { ...made('<p>a</p>'), html: body });
  expect(recurring.find('http://a/', answer('<p>a</p>'))?.html.buffer.byteLength).toBe(8);
});
