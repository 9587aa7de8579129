import { expect, scrollTo, startOwnShop, test } from './shop.ts';

test('by keyboard: stars go up to the right, and the focus goes on to the new review', async ({
  page,
  complaints,
}) => {
  await using shop = await startOwnShop();
  await page.goto(`${shop.url}products/mug-1`);
  const reviews = page.locator('fragment-slot[name=reviews]');
  await reviews.getByRole('radio', { name: '3 stars' }).focus();
  await expect(reviews).toHaveAttribute('widget', 'hydrated');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect(reviews.getByRole('radio', { name: '4 stars' })).toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.type('Kay');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Written with the keyboard alone.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const written = reviews.locator('.reviews-new');
  await expect(written).toContainText('Written with the keyboard alone.');
  await expect(written).toBeFocused();
  await expect(reviews.getByRole('status')).toHaveText('Thank you! Your review is published.');
  expect(complaints).toEqual([]);
});

test('recommendations that are tried again keep the focus', async ({ page, shop }) => {
  let failing = true;
  await page.route('**/_fragments/recommendations/api/**', (route) =>
    failing ? route.fulfill({ status: 503, body: '' }) : route.continue(),
  );
  await page.goto(`${shop.url}products/teapot`);
  const slot = page.locator('fragment-slot[name=recommendations]');
  await scrollTo(slot);
  const retry = slot.getByRole('button', { name: 'Try again' });
  await retry.focus();
  failing = false;
  await page.keyboard.press('Enter');
  await expect(slot.getByRole('link')).toHaveCount(4);
  await expect(slot.getByRole('heading', { name: 'Goes well with it' })).toBeFocused();
});
