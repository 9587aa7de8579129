import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contain } from '../src/contain/contain.ts';
import { withDeadScripts } from '../src/contain/scripts.ts';
import { isWellFormed } from '../src/contain/verify.ts';
import { escapes } from './containment.ts';
import { BENIGN } from './corpus/benign.ts';
import { HOSTILE } from './corpus/hostile.ts';

const words = (text: string) => fc.constantFrom(...text.split(' '));

/** Elements that the verifier knows, and more rarely those that it has to refuse. */
const element = fc.oneof(
  {
    weight: 8,
    arbitrary: words('div p section span a b i h2 form button ul li dl dd dt label my-el'),
  },
  {
    weight: 2,
    arbitrary: words('svg g title style script template textarea iframe select option'),
  },
  {
    weight: 2,
    arbitrary: words('table tbody tr td caption colgroup ruby rt datalist optgroup pre'),
  },
  {
    weight: 1,
    arbitrary: words('foreignObject desc math mtext mi annotation-xml noscript object'),
  },
  { weight: 1, arbitrary: words('nobr xmp noembed marquee font big plaintext body html frameset') },
  {
    weight: 1,
    arbitrary: words('fragment-slot search center dialog meta input br img col hr base'),
  },
);
const PIECES =
  '<|</|>|/>|<!--|-->|--!>|<!-->|<!--->|<!|<?|]]>|<![CDATA[|&amp;|&lt|&#0;|&#13;|\0|\r\n|é|"|\'|=|/| |\n|text|<br/>|</br>|</p>|<p>|<table>|</table>|<tr>|<td>|<b>|</b>|<a>|</a>|<li>|</li>|<form>|</form>|<svg>|</svg>|<script>|</script>|<!--<script>|<style>|</style>|<textarea>|</textarea>|<title>|<select>|<input>|<noscript>|</noscript>|<template shadowrootmode=open>|</template>|<meta name=viewport>|<meta http-equiv=x>|<svg><fragment-slot>|<math><mtext>|<svg><title>|<svg><desc><p>|<svg><style>|<font color=x>|<table><form>|</fragment-slot>|</section>|</body>|<!doctype html>|\u0085'.split(
    '|',
  );
const attribute = fc.constantFrom(
  ...[
    '',
    '',
    '',
    ' a="x"',
    ' a=x',
    ' A="1" a="2"',
    ' a="<b>"',
    " b='\"'",
    ' href=x/',
    ' color="x"',
  ],
  ...[
    ' shadowrootmode="open"',
    ' name="x"',
    ' charset="x"',
    ' /',
    '\n',
    ' a',
    ' b="-->"',
    ' a"b=c',
  ],
);
const text = fc.constantFrom('text', ' ', '\n', 'x &amp; y', '<!--c-->', '<!-- -->', 'a > b');

/** A tree that is written properly, of elements that may be in the wrong place. */
const { nodes } = fc.letrec<{ nodes: string; node: string }>((tie) => ({
  nodes: fc
    .array(tie('node'), { maxLength: 3, depthIdentifier: 'tree' })
    .map((all) => all.join('')),
  node: fc.oneof(
    { depthIdentifier: 'tree', depthSize: 'small', withCrossShrink: true },
    text,
    fc
      .tuple(element, attribute, tie('nodes'))
      .map(([tag, attrs, inside]) =>
        /^(meta|input|br|img|col|hr|base)$/.test(tag)
          ? `<${tag}${attrs}>`
          : `<${tag}${attrs}>${inside}</${tag}>`,
      ),
    fc
      .tuple(tie('nodes'), fc.nat(4))
      .map(
        ([inside, shape]) =>
          [
            `<ul><li>${inside}</li></ul>`,
            `<table><tbody><tr><td>${inside}</td></tr></tbody></table>`,
            `<svg><g>${inside}</g><title>${inside}</title></svg>`,
            `<dl><dt>${inside}</dt><dd>${inside}</dd></dl>`,
            `<select><option>${inside}</option></select>`,
          ][shape] ?? '',
      ),
  ),
}));

/** Cuts at random places, with something hostile put in. */
const mutations = fc.array(fc.tuple(fc.nat(400), fc.nat(8), fc.constantFrom('', ...PIECES)), {
  maxLength: 3,
});
const mutated = (source: fc.Arbitrary<string>) =>
  fc.tuple(source, mutations).map(([html, cuts]) =>
    cuts.reduce((whole, [at, length, piece]) => {
      const start = at % (whole.length + 1);
      return whole.slice(0, start) + piece + whole.slice(start + length);
    }, html),
  );
const known = [...BENIGN, ...Object.values(HOSTILE).flat()].filter((html) => html.length < 1000);
const fragment = fc.oneof(
  nodes,
  mutated(nodes),
  mutated(fc.constantFrom(...BENIGN)),
  mutated(fc.tuple(fc.constantFrom(...known), fc.constantFrom(...known)).map(([a, b]) => a + b)),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join('')),
);

test('whatever a fragment sends is contained, and stays as it is when it is contained again', () => {
  let accepted = 0;
  let repaired = 0;
  fc.assert(
    fc.property(fragment, (source) => {
      const bytes = Buffer.from(source);
      const contained = contain(bytes);
      if (typeof contained === 'string') return;
      if (isWellFormed(bytes)) {
        accepted++;
        expect(contained.html).toBe(bytes);
      } else repaired++;
      const html = contained.html.toString();
      expect(escapes(html), html).toBeUndefined();
      expect(contain(contained.html)).toMatchObject({ html: contained.html, repairs: [] });
      const late = withDeadScripts(contained.html);
      if (late !== contained.html) expect(escapes(late.toString())).toBeUndefined();
    }),
    { numRuns: 40_000 },
  );
  // The property says little when one of the two ways is hardly ever taken.
  expect(Math.min(accepted, repaired)).toBeGreaterThan(5_000);
});
