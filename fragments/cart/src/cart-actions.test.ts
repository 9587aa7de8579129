import { expect, test } from 'vitest';
import type { Cart } from './cart.ts';
import { type CartService, startCartService } from './testing.ts';

type Fields = Record<string, string> | [string, string][];

/** A visitor with a cookie jar for one cookie. */
function visitor({ ask }: CartService) {
  let cookie = '';
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await ask(`cart/${path}`, { ...init, headers: { ...init.headers, cookie } });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return response;
  };
  const post = (path: string, fields: Fields, headers = {}) =>
    send(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  const cart = async (): Promise<Cart> => (await send('api/cart')).json();
  return { post, cart, cookie: () => cookie };
}

test('the first add makes a cart and a cookie that no script can read and nobody can guess', async () => {
  await using service = await startCartService();
  const empty = await service.ask('cart/api/cart');
  expect(empty.headers.get('set-cookie')).toBeNull();
  expect(await empty.json()).toEqual({ lines: [], items: 0, totalCents: 0 });

  const ids = new Set<string | undefined>();
  for (let i = 0; i < 5; i++) {
    const body = new URLSearchParams({ sku: 'mug-1', quantity: '2', colour: 'ink' });
    const added = await service.ask('cart/items', { method: 'POST', body });
    expect(await added.json()).toMatchObject({
      items: 2,
      totalCents: 3600,
      lines: [{ sku: 'mug-1', colour: 'ink', name: 'Harbour Mug', quantity: 2 }],
    });
    const cookie = added.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^cart=[\w-]{22}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    ids.add(/cart=([^;]+)/.exec(cookie)?.[1]);
  }
  expect(ids.size).toBe(5);
});

test('a plain form goes back to its page, or with a problem to the cart', async () => {
  await using service = await startCartService();
  const { post, cookie } = visitor(service);
  const html = { accept: 'text/html', referer: '/products/mug-1' };
  const added = await post('items', { sku: 'mug-1' }, html);
  expect(added.status).toBe(303);
  expect(added.headers.get('location')).toBe('/products/mug-1');
  const badge = await service.ask('cart-badge/badge', { headers: { cookie: cookie() } });
  expect(badge.headers.get('cache-control')).toBe('private, no-cache');
  expect(await badge.text()).toContain('aria-label="Cart, 1 thing"');

  const refused = await post('items', { sku: 'mug-1', quantity: '-1' }, html);
  expect(refused.status).toBe(303);
  expect(refused.headers.get('location')).toBe('/cart?problem=quantity');
  const page = await service.ask('cart/page?problem=quantity', { headers: { cookie: cookie() } });
  expect(page.headers.get('vary')).toContain('cookie');
  expect(await page.text()).toContain('role="alert"');
});

test('under 200 parallel adds two visitors never see each other’s cart, and every add counts', async () => {
  await using service = await startCartService();
  const ada = visitor(service);
  const bob = visitor(service);
  await ada.post('items', { sku: 'pencils', quantity: '1' });
  await bob.post('items', { sku: 'thing-7', quantity: '1' });

  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const who = i % 2 ? ada : bob;
      const sku = i % 2 ? 'pencils' : `thing-${(i / 2) % 40}`;
      const response =
        i % 5 === 4
          ? await who.cart()
          : await (await who.post('items', { sku, quantity: '1' })).json();
      return { who, cart: response as Cart };
    }),
  );

  for (const { who, cart } of answers) {
    const foreign = cart.lines.filter(({ sku }) => (sku === 'pencils') !== (who === ada));
    expect(foreign).toEqual([]);
  }
  expect(await ada.cart()).toMatchObject({ items: 81, lines: [{ sku: 'pencils', quantity: 81 }] });
  const { lines, items } = await bob.cart();
  expect(items).toBe(81);
  expect(lines.every(({ sku }) => sku.startsWith('thing-'))).toBe(true);
});

test('nobody gets a cart by its id but who has it: unknown and malformed ids are empty carts', async () => {
  await using service = await startCartService();
  const ada = visitor(service);
  await ada.post('items', { sku: 'mug-1' });
  const stranger = 'cart=AAAAAAAAAAAAAAAAAAAAAA';
  for (const cookie of [stranger, 'cart=1', 'cart=', 'cart=%00', `x${ada.cookie()}`]) {
    const answer = await service.ask('cart/api/cart', { headers: { cookie } });
    expect(await answer.json()).toMatchObject({ items: 0 });
  }
  // A chosen id is not taken up: whoever planted it would own the cart.
  const added = await service.ask('cart/items', {
    method: 'POST',
    body: new URLSearchParams({ sku: 'mug-1' }),
    headers: { cookie: stranger },
  });
  expect(added.headers.get('set-cookie')).not.toContain(stranger);
  const changed = await service.ask('cart/items/mug-1/clay', {
    method: 'POST',
    body: new URLSearchParams({ to: '0' }),
    headers: { cookie: stranger },
  });
  expect(await changed.json()).toMatchObject({ items: 0 });
  expect(await ada.cart()).toMatchObject({ items: 1 });
});

test('a line holds what there is, at most 99; a change sets it, and zero takes it out', async () => {
  await using service = await startCartService();
  const { post, cart } = visitor(service);
  const quantity = async () => (await cart()).lines[0]?.quantity;
  await post('items', { sku: 'wall-clock', quantity: '2' });
  await post('items', { sku: 'wall-clock', quantity: '2' });
  expect(await quantity()).toBe(3);
  await post('items/wall-clock/clay', { quantity: '1' });
  expect(await quantity()).toBe(1);
  await post('items/wall-clock/clay', { quantity: '1', to: '2' });
  expect(await quantity()).toBe(2);
  await post('items/wall-clock/clay', { quantity: '50' });
  expect(await quantity()).toBe(3);
  await post('items/wall-clock/clay', { to: '0' });
  expect(await cart()).toEqual({ lines: [], items: 0, totalCents: 0 });

  await post('items', { sku: 'pencils', quantity: '99' });
  await post('items', { sku: 'pencils', quantity: '99' });
  expect(await quantity()).toBe(99);
});

test('whatever is no whole number from 1 to 99, no product or no colour of it is refused', async () => {
  await using service = await startCartService();
  const { post, cart, cookie } = visitor(service);
  for (const quantity of [
    '0',
    '-1',
    '1.5',
    '1e1',
    '0x10',
    '100',
    '99999999999',
    'NaN',
    '',
    ' ',
    '٣',
  ]) {
    const { status } = await post('items', { sku: 'mug-1', quantity });
    expect({ quantity, status }).toEqual({ quantity, status: 422 });
  }
  for (const sku of [
    '',
    'no-such-thing',
    '../admin',
    'mug-1/../x',
    '__proto__',
    'a'.repeat(99),
    '%00',
  ]) {
    const { status } = await post('items', { sku });
    expect({ sku, status }).toEqual({ sku, status: 404 });
  }
  expect((await post('items', { sku: 'mug-1', colour: 'plaid' })).status).toBe(404);
  const twice: Fields = [
    ['sku', 'mug-1'],
    ['quantity', '1'],
    ['quantity', '2'],
  ];
  expect((await post('items', twice)).status).toBe(422);
  expect((await post('items/mug-1/clay', {})).status).toBe(422);
  const json = await service.ask('cart/items', {
    method: 'POST',
    body: '{"sku":{"toString":1},"quantity":[1],"__proto__":{"sku":"mug-1"}}',
    headers: { 'content-type': 'application/json' },
  });
  expect(json.status).toBe(404);
  expect(cookie()).toBe('');
  expect(await cart()).toMatchObject({ items: 0 });
});

test('a cart holds at most fifty kinds of things, and says so', async () => {
  await using service = await startCartService();
  const { post, cart } = visitor(service);
  for (let i = 0; i < 50; i++) await post('items', { sku: `thing-${i}` });
  expect((await post('items', { sku: 'mug-1' })).status).toBe(409);
  expect((await post('items', { sku: 'thing-3' })).status).toBe(200);
  expect(await cart()).toMatchObject({ items: 51 });
});

test('without the product team nothing can be added, and what is in the cart still shows', async () => {
  await using service = await startCartService();
  const { post, cart, cookie } = visitor(service);
  await post('items', { sku: 'mug-1' });
  await service.stopProducts();
  expect((await post('items', { sku: 'wall-clock' })).status).toBe(503);
  expect(await cart()).toMatchObject({ items: 1, totalCents: 1800 });
  const page = await service.ask('cart/page', { headers: { cookie: cookie() } });
  expect(await page.text()).toContain('Harbour Mug');
});

test('the button is there for a product, and for none that does not exist', async () => {
  await using service = await startCartService();
  const there = await service.ask('cart-add/mug-1');
  expect(await there.text()).toContain('action="/_fragments/cart/items"');
  expect((await service.ask('cart-add/no-such-thing')).status).toBe(204);
});
