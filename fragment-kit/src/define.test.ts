import { expect, expectTypeOf, test } from 'vitest';
import { defineFragment } from './define.ts';

test('params have the types of their specs, in render, cache groups and actions', () => {
  const fragment = defineFragment({
    name: 'list',
    version: '1',
    content: 'list/:sku?n=:limit&q=:q',
    params: { limit: { type: 'integer', default: 5 }, sku: { type: 'string', pattern: '[a-z]+' } },
    cache: {
      maxAgeMs: 1000,
      groups: ({ params }) => {
        expectTypeOf(params.sku).toEqualTypeOf<string>();
        return [params.sku];
      },
    },
    actions: {
      'POST :sku/:note': (_request, _response, { params }) => {
        expectTypeOf(params).toEqualTypeOf<{ readonly sku: string; readonly note: string }>();
      },
      'GET api/:limit': (_request, _response, { params }) => {
        expectTypeOf(params.limit).toEqualTypeOf<number>();
      },
    },
    render: ({ params }) => {
      expectTypeOf(params.limit).toEqualTypeOf<number>();
      expectTypeOf(params.q).toEqualTypeOf<string | undefined>();
      // @ts-expect-error: no such param.
      params.colour;
      return '';
    },
  });
  expect(fragment.name).toBe('list');
});
