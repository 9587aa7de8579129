import { parseFragment, serialize } from 'parse5';
import { expect, test } from 'vitest';
import { contain } from '../src/contain/contain.ts';

/** A small generator with a seed: a failure can be had again. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PIECES =
  '<div>|</div>|<p>|</p>|<b>|</b>|<i|>|</section>|</fragment-slot>|<fragment-slot name=x>|<table>|<tr>|<td>|</table>|<li>|<ul>|<a href="x">|</a>|<svg>|<math>|<mtext>|<foreignObject>|<style>|</style>|<script>|</script>|<!--|-->|--!>|<textarea>|</textarea>|<title>|<select>|<option>|<template>|</template>|<template shadowrootmode=open>|<form>|</form>|<button>|<plaintext>|<base href=//evil>|<meta http-equiv=refresh>|<body onload=x>|</body>|</html>|<html lang=x>|<!doctype html>|<frameset>|<noscript>|</noscript>|<iframe>|</iframe>|<xmp>|&amp;|&lt|&#0;|\0|é|😀|"|\'|=|/|<br/>|<img src=x>|<![CDATA[|]]>|<?x|text| |\n'.split(
    '|',
  );

test('whatever a fragment sends is contained, and stays as it is when it is contained again', () => {
  const next = random(7);
  for (let i = 0; i < 20_000; i++) {
    const html = Array.from({ length: 1 + next(14) }, () => PIECES[next(PIECES.length)]).join('');
    const contained = contain(html);
    if (typeof contained === 'string') continue;
    expect(contain(contained.html), html).toMatchObject({ html: contained.html });
    const page = `<section><fragment-slot>${contained.html}</fragment-slot></section><p id="after">x</p>`;
    for (const scriptingEnabled of [true, false]) {
      const tree = parseFragment(page, { scriptingEnabled });
      expect(serialize(tree, { scriptingEnabled }), html).toBe(page);
    }
  }
});
