import { expect, test } from 'vitest';
import { Overload } from './overload.ts';

const OPTIONS = { maxRequests: 400, maxDelayMs: 250 };

/** Its time is told; beats come every 50 ms. */
function overloadAt(options: typeof OPTIONS | undefined = OPTIONS) {
  const time = { now: 0 };
  const overload = new Overload(
    () => options,
    () => time.now,
  );
  /** So many requests a second come and are done at once, or are turned away. */
  const serve = (perSecond: number, seconds: number, delayMs: number) => {
    let served = 0;
    for (let beat = 0; beat < seconds * 20; beat++) {
      time.now += 50;
      for (let i = 0; i < perSecond / 20; i++) {
        if (overload.enter() === 'none') continue;
        served++;
        overload.leave();
      }
      overload.note(delayMs);
    }
    return served / seconds;
  };
  return { overload, serve, time };
}

test('near maxRequests optional slots are left out, at maxRequests requests are', () => {
  const { overload } = overloadAt();
  const admissions = Array.from({ length: 401 }, () => overload.enter());
  expect(admissions.indexOf('essential')).toBe(300);
  expect(admissions.indexOf('none')).toBe(400);
  expect([overload.inFlight, overload.shed]).toEqual([400, 1]);
  overload.leave();
  expect(overload.enter()).toBe('essential');
});

test('while many come and the loop is late, somewhat less is taken on than was done; then it comes back', () => {
  const { overload, serve } = overloadAt();
  expect(serve(8000, 3, 0)).toBe(8000);
  expect(serve(8000, 1, 300)).toBeLessThan(7200);
  expect(serve(8000, 5, 300)).toBeLessThan(2400);
  expect(overload.shed).toBeGreaterThan(24_000);
  serve(8000, 3, 20);
  expect(serve(8000, 1, 20)).toBe(8000);
});

test('with a few hundred visitors at once a late event loop is not their doing', () => {
  const { overload, serve } = overloadAt({ ...OPTIONS, maxRequests: 2000 });
  const admissions = Array.from({ length: 200 }, () => overload.enter());
  expect(serve(1000, 30, 5000)).toBe(1000);
  expect(new Set(admissions)).toEqual(new Set(['all']));
  expect(overload.enter()).toBe('all');
});

test('of what comes while the loop does not come round a thousand are taken on', () => {
  const { overload, time } = overloadAt({ ...OPTIONS, maxRequests: 5000 });
  const admissions = Array.from({ length: 3000 }, () => {
    time.now += 0.9;
    return overload.enter();
  });
  expect(admissions.indexOf('none')).toBe(1024);
  expect(admissions.lastIndexOf('all')).toBe(1023);
  for (const admission of admissions) if (admission !== 'none') overload.leave();
  overload.note(0);
  expect(overload.enter()).toBe('all');
});

test('few requests that take long are not joined by more once the loop stands still by their work', () => {
  const { overload, time } = overloadAt();
  const turn = () =>
    Array.from({ length: 100 }, () => {
      time.now += 20;
      const admission = overload.enter();
      if (admission !== 'none') overload.leave();
      return admission;
    });
  time.now += 5000;
  expect(turn().indexOf('none')).toBe(51);
  overload.note(0);
  expect(turn().indexOf('none')).toBe(51);
});

test('a single pause changes nothing', () => {
  const { serve, overload } = overloadAt();
  serve(100, 3, 0);
  overload.note(240);
  expect(serve(100, 1, 0)).toBe(100);
});

test('when it is off, everything is taken on', () => {
  const overload = new Overload(() => undefined);
  for (let beat = 0; beat < 100; beat++) overload.note(5000);
  for (let i = 0; i < 10_000; i++) expect(overload.enter()).toBe('all');
});
