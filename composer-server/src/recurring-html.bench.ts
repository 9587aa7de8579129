import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { contain } from './contain/contain.ts';
import { RecurringHtml } from './recurring-html.ts';

const HEADERS = { 'content-type': 'text/html; charset=utf-8' };
const answer = (html: string) => ({ headers: HEADERS, body: Buffer.from(html) });

test('4 KB that came before are found, beside checking, repairing and deflating them', async ({
  bench,
}) => {
  const html = `<ul>${'<li class="card"><h3>Mug</h3><p>12.50 €</p></li>'.repeat(85)}</ul>`;
  const sloppy = html.replaceAll('</li>', '');
  const { body } = answer(html);
  const recurring = new RecurringHtml(1_000_000);
  const made = contain(body);
  if (typeof made === 'string') throw new Error(made);
  recurring.note('http://a/', answer(html), made);
  const again = answer(html);
  const other = answer(html.replace('Mug', 'Cup'));
  expect(recurring.find('http://a/', again)).toEqual(made);
  expect(recurring.find('http://a/', other)).toBe(undefined);
  const result = await bench.compare(
    bench('found', () => void recurring.find('http://a/', again)),
    bench('not found, then noted', () => {
      recurring.find('http://a/', other);
      recurring.note('http://a/', again, made);
    }),
    bench('well-formed', () => void contain(body)),
    bench('repaired', () => void contain(Buffer.from(sloppy))),
    bench('deflated', () => void deflateRawSync(body, { level: 1 })),
  );
  expect(result.get('found')).toBeFasterThan(result.get('well-formed'));
  expect(result.get('not found, then noted')).toBeFasterThan(result.get('well-formed'));
});
