import { describe, expect, test } from 'vitest';
import { compileTemplate } from './template.ts';
import { TemplateSource } from './template-source.ts';

const FRAGMENTS = ['a', 'b', 'reviews'];
const compile = (html: string, routeParams: string[] = []) =>
  compileTemplate(TemplateSource.ofFile('page.html', html), routeParams, FRAGMENTS, 2000);
const slotOf = (html: string, routeParams: string[] = []) => {
  const [slot] = compile(html, routeParams).slots;
  if (!slot) throw new Error('no slot');
  return slot;
};
function refusal(
  html: string,
  routeParams: string[] = [],
): { code: string; message: string; hint: string } {
  try {
    compile(html, routeParams);
  } catch (error) {
    return error as { code: string; message: string; hint: string };
  }
  throw new Error(`not refused: ${html}`);
}

describe('a slot', () => {
  test('takes its attributes from the protocol table', () => {
    const slot = slotOf(
      '<fragment-slot name="reviews" slot-id="r" deferred="300" timeout-ms="2000" mount="visible" param-sku="{sku}" param-page="p{query.page}"></fragment-slot>',
      ['sku'],
    );
    expect(slot).toMatchObject({
      id: 'r',
      name: 'reviews',
      deferredMs: 300,
      timeoutMs: 2000,
      mount: 'visible',
      render: 'server',
    });
    expect([...slot.params]).toEqual([
      ['sku', [{ kind: 'route', name: 'sku' }]],
      [
        'page',
        [
          { kind: 'text', text: 'p' },
          { kind: 'query', name: 'page' },
        ],
      ],
    ]);
  });

  test('keeps its start tag and gains slot-id and state', () => {
    const slot = slotOf('<FRAGMENT-slot class="x"  name=a >in</FRAGMENT-slot>');
    expect(slot.open.pending.bytes.toString()).toBe(
      '<FRAGMENT-slot class="x"  name=a  slot-id="a" state="pending">',
    );
    expect(slot.close.bytes.toString()).toBe('</FRAGMENT-slot>');
  });

  test('without an id of its own is numbered past the ids that are taken', () => {
    const { slots } = compile(
      '<fragment-slot name="a"></fragment-slot><fragment-slot name="a" ></fragment-slot><fragment-slot name="b" slot-id="a-2"></fragment-slot>',
    );
    expect(slots.map(({ id }) => id)).toEqual(['a', 'a-3', 'a-2']);
  });

  test('separates loading content from error markup', () => {
    const slot = slotOf(
      '<fragment-slot name="a"><p>wait</p><template slot="error"><b>no</b></template> </fragment-slot>',
    );
    expect(slot.content.bytes.toString()).toBe('<p>wait</p> ');
    expect(slot.error.bytes.toString()).toBe('<b>no</b>');
  });

  test('that the browser renders keeps its error markup for the shell', () => {
    const slot = slotOf(
      '<fragment-slot name="a" render="client">…<template slot="error">no</template></fragment-slot>',
    );
    expect(slot.content.bytes.toString()).toBe('…<template slot="error">no</template>');
  });

  test('may stand where a fragment cannot break out', () => {
    for (const [before, after] of [
      ['<table><tr><td>', '</td></tr></table>'],
      ['<ul><li><section>', '</section></li></ul>'],
      ['<h1>', '</h1>'],
      ['<pre>', '</pre>'],
      ['<div><span>', '</span></div>'],
    ]) {
      expect(
        compile(`${before}<fragment-slot name="a"></fragment-slot>${after}`).slots,
      ).toHaveLength(1);
    }
    const shadow = '<fragment-slot name="a" shadow></fragment-slot>';
    for (const tag of ['a', 'button', 'form', 'p', 'nobr', 'li']) {
      expect(compile(`<${tag}>${shadow}</${tag}>`).slots).toHaveLength(1);
    }
  });
});

describe('a template is refused', () => {
  const slot = '<fragment-slot name="a"></fragment-slot>';
  test.each([
    [
      'an unknown attribute',
      '<fragment-slot name="a" timeout="5"></fragment-slot>',
      'SLOT_ATTRIBUTE_UNKNOWN',
    ],
    ['no name', '<fragment-slot></fragment-slot>', 'SLOT_ATTRIBUTE_INVALID'],
    [
      'a name in another form',
      '<fragment-slot name="A b"></fragment-slot>',
      'SLOT_ATTRIBUTE_INVALID',
    ],
    [
      'time that is no number',
      '<fragment-slot name="a" timeout-ms="1s"></fragment-slot>',
      'SLOT_ATTRIBUTE_INVALID',
    ],
    [
      'no time at all',
      '<fragment-slot name="a" timeout-ms="0"></fragment-slot>',
      'SLOT_ATTRIBUTE_INVALID',
    ],
    [
      'a flag with a value',
      '<fragment-slot name="a" primary="false"></fragment-slot>',
      'SLOT_ATTRIBUTE_INVALID',
    ],
    [
      'an unknown trigger',
      '<fragment-slot name="a" mount="hover"></fragment-slot>',
      'SLOT_ATTRIBUTE_INVALID',
    ],
    [
      'a trigger without a media query',
      '<fragment-slot name="a" mount="media:a"></fragment-slot>',
      'SLOT_ATTRIBUTE_INVALID',
    ],
    [
      'an unknown side',
      '<fragment-slot name="a" render="edge"></fragment-slot>',
      'SLOT_ATTRIBUTE_INVALID',
    ],
    [
      'a broken placeholder',
      '<fragment-slot name="a" param-x="{}"></fragment-slot>',
      'SLOT_ATTRIBUTE_INVALID',
    ],
    [
      'a placeholder nobody fills',
      '<fragment-slot name="a" param-x="{sku}"></fragment-slot>',
      'PLACEHOLDER_UNKNOWN',
    ],
    ['an unknown fragment', '<fragment-slot name="cart"></fragment-slot>', 'SLOT_FRAGMENT_UNKNOWN'],
    [
      'an id twice',
      `<fragment-slot name="a" slot-id="x"></fragment-slot><fragment-slot name="b" slot-id="x"></fragment-slot>`,
      'SLOT_ID_TAKEN',
    ],
    [
      'two primaries',
      '<fragment-slot name="a" primary></fragment-slot><fragment-slot name="b" primary></fragment-slot>',
      'PRIMARY_TWICE',
    ],
    ['no end tag', '<div><fragment-slot name="a"></div>', 'SLOT_NOT_CLOSED'],
    ['a self-closing slot', '<div><fragment-slot name="a"/></div>', 'SLOT_NOT_CLOSED'],
    [
      'an element that stays open inside',
      `<fragment-slot name="a"><div></fragment-slot>${slot}`,
      'SLOT_NOT_CLOSED',
    ],
    ['a slot in a slot', `<fragment-slot name="a">${slot}</fragment-slot>`, 'SLOT_MISPLACED'],
    ...[
      'head',
      'select',
      'option',
      'textarea',
      'title',
      'svg',
      'math',
      'table',
      'noscript',
      'template',
    ].map((tag) => [`a slot in ${tag}`, `<${tag}>${slot}</${tag}>`, 'SLOT_MISPLACED']),
    ['a slot between rows', `<table><tr>${slot}</tr></table>`, 'SLOT_MISPLACED'],
    ...['a', 'button', 'form', 'p', 'nobr'].map((tag) => [
      `a slot below ${tag}`,
      `<${tag}><span>${slot}</span></${tag}>`,
      'SLOT_MISPLACED',
    ]),
    ['a slot after an unclosed p', `<p>${slot}`, 'SLOT_MISPLACED'],
    ...['li', 'dd', 'dt'].map((tag) => [
      `a slot below ${tag}`,
      `<${tag}><div>${slot}</div></${tag}>`,
      'SLOT_MISPLACED',
    ]),
    [
      'an attribute twice',
      '<fragment-slot name="a" name="b"></fragment-slot>',
      'TEMPLATE_AMBIGUOUS',
    ],
    ['an attribute twice elsewhere', `${slot}<p id="x" id="y"></p>`, 'TEMPLATE_AMBIGUOUS'],
    ['an element that stays open at the end', `${slot}<div>`, 'TEMPLATE_AMBIGUOUS'],
    ['a comment that stays open', `${slot}<!-- never closed`, 'TEMPLATE_AMBIGUOUS'],
    ['a tag that stays open', `${slot}<p class="x`, 'TEMPLATE_AMBIGUOUS'],
    ...[
      ['primary', 'required'],
      ['primary', 'deferred'],
      ['required', 'deferred'],
      ['primary', 'render="client"'],
      ['required', 'render="client"'],
      ['render="client"', 'deferred'],
      ['render="client"', 'shadow'],
      ['render="client"', 'timeout-ms="5"'],
    ].map(([one, other]) => [
      `${one} with ${other}`,
      `<fragment-slot name="a" ${one} ${other}></fragment-slot>`,
      'SLOT_ATTRIBUTES_CONFLICT',
    ]),
  ] as [string, string, string][])('for %s', (_, html, code) => {
    const error = refusal(html);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^page\.html:1:\d+: /);
    // A sentence that says what to do.
    expect(error.hint).toMatch(/^[A-Z].{15,}[.!]$/s);
  });

  test.each([
    ['p', '<div>\n<fragment-slot name="a"><p>x</fragment-slot></div>'],
    ['ul', '<div>\n<fragment-slot name="a"><ul><li>x</fragment-slot></div>'],
    ['div', '<p>x</p>\n<fragment-slot name="a"><div><b>x</b></fragment-slot><p>y</p>'],
  ])('with the <%s> inside the slot that is not closed', (tag, html) => {
    const { code, message } = refusal(html);
    expect(code).toBe('SLOT_NOT_CLOSED');
    expect(message).toContain(
      `page.html:2:${(html.split('\n')[1]?.indexOf(`<${tag}>`) as number) + 1}: This <${tag}> is`,
    );
    expect(message).toContain('page.html:2:1.');
  });

  test('with the line and column of the slot', () => {
    expect(
      refusal('<p>é</p>\n\n  <fragment-slot name="nobody"></fragment-slot>').message,
    ).toContain('page.html:3:3:');
  });
});
