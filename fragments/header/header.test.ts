import { startFragment } from '@tessera/fragment/testing';
import { expect, test } from 'vitest';
import { header } from './fragment.ts';

test('the search keeps what was searched for, as text', async () => {
  await using service = await startFragment(header);
  const html = await (await service.fetch(`bar?q=${encodeURIComponent('"><b>mug')}`)).text();
  expect(html).toContain('role="search" action="/" method="get"');
  expect(html).toContain('value="&#34;&#62;&#60;b&#62;mug"');
});

test('its stylesheet is one of its assets, under a name that changes with it', async () => {
  await using service = await startFragment(header);
  const { assets } = (await (await service.fetch('fragment.json')).json()) as {
    assets: { href: string }[];
  };
  const response = await service.fetch(assets[0]?.href ?? '');
  expect(response.headers.get('content-type')).toContain('text/css');
  expect(response.headers.get('cache-control')).toContain('immutable');
});
