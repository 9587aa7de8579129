import { expect, test } from 'vitest';
import { type ParamsSpec, resolveParams } from './params.ts';

const specs: ParamsSpec = {
  sku: { type: 'string', pattern: '[a-z]+' },
  limit: { type: 'integer', default: 5 },
  open: { type: 'boolean', default: false },
};

test('params are typed by their specs, and those without a spec stay text', () => {
  const result = resolveParams(specs, { sku: 'mug', limit: '-7', open: 'true', more: '1' });
  expect(result.ok && { ...result.params }).toEqual({
    sku: 'mug',
    limit: -7,
    open: true,
    more: '1',
  });
});

test.each([
  [{}, 'sku', 'is required'],
  [{ sku: 'Mug1' }, 'sku', 'must be text that matches [a-z]+'],
  [{ sku: 'a', limit: '1.5' }, 'limit', 'must be an integer'],
  [{ sku: 'a', limit: '9007199254740993' }, 'limit', 'must be an integer'],
  [{ sku: 'a', open: 'yes' }, 'open', 'must be true or false'],
])('%j fails at "%s"', (raw, param, reason) => {
  expect(resolveParams(specs, raw)).toEqual({ ok: false, param, reason });
});

test('names that objects have anyway are params like others', () => {
  const result = resolveParams({}, JSON.parse('{"__proto__":"x","constructor":"y"}'));
  expect(result.ok && Object.entries(result.params)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});
