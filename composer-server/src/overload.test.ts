import { expect, test } from 'vitest';
import { type Admission, Overload } from './overload.ts';

const OPTIONS = { maxRequests: 400, maxDelayMs: 250 };

/** Its time is told; beats come every 50 ms. */
function overloadAt(options: typeof OPTIONS | undefined = OPTIONS) {
  const time = { now: 0 };
  const overload = new Overload(
    () => options,
    () => time.now,
  );
  /** So many requests a second come and are done at once, wait, or are turned away; answers how many were done. */
  const serve = async (perSecond: number, seconds: number, delayMs: number) => {
    let served = 0;
    const take = (admission: Admission) => {
      if (admission === 'none') return;
      served++;
      overload.leave();
    };
    for (let beat = 0; beat < seconds * 20; beat++) {
      time.now += 50;
      for (let i = 0; i < perSecond / 20; i++) {
        const admission = overload.enter();
        if (typeof admission === 'string') take(admission);
        else void admission.then(take);
      }
      overload.note(delayMs);
      await undefined;
    }
    return served / seconds;
  };
  return { overload, serve, time };
}

/** What is said at once; undefined for who waits. */
const atOnce = (admission: Admission | Promise<Admission>) =>
  typeof admission === 'string' ? admission : undefined;

test('near maxRequests optional slots are left out, at maxRequests requests are', () => {
  const { overload } = overloadAt();
  const admissions = Array.from({ length: 401 }, () => overload.enter());
  expect(admissions.indexOf('essential')).toBe(300);
  expect(admissions.indexOf('none')).toBe(400);
  expect([overload.inFlight, overload.shed]).toEqual([400, 1]);
  overload.leave();
  expect(overload.enter()).toBe('essential');
});

test('while many come and the loop is late, somewhat less is taken on than was done; then it comes back', async () => {
  const { overload, serve } = overloadAt();
  expect(await serve(8000, 3, 0)).toBe(8000);
  expect(await serve(8000, 1, 300)).toBeLessThan(7200);
  expect(await serve(8000, 5, 300)).toBeLessThan(2400);
  expect(overload.shed).toBeGreaterThan(24_000);
  await serve(8000, 3, 20);
  expect(await serve(8000, 1, 20)).toBe(8000);
});

test('with a few hundred visitors at once a late event loop is not their doing', async () => {
  const { overload, serve } = overloadAt({ ...OPTIONS, maxRequests: 2000 });
  const admissions = Array.from({ length: 200 }, () => overload.enter());
  expect(await serve(1000, 30, 5000)).toBe(1000);
  expect(new Set(admissions)).toEqual(new Set(['all']));
  expect(overload.enter()).toBe('all');
});

test('of what comes while the loop does not come round a thousand are taken on, and as many wait', async () => {
  const { overload, time } = overloadAt({ ...OPTIONS, maxRequests: 5000 });
  const admissions = Array.from({ length: 3000 }, () => {
    time.now += 0.9;
    return overload.enter();
  });
  expect(admissions.map(atOnce).indexOf('none')).toBe(2048);
  expect(admissions.map(atOnce).lastIndexOf('all')).toBe(1023);
  expect(overload.waiting).toBe(1024);
  overload.note(0);
  expect(overload.waiting).toBe(960);
  for (let beat = 1; beat < 16; beat++) overload.note(0);
  expect(await Promise.all(admissions.slice(0, 2048))).toEqual(Array(2048).fill('all'));
  expect([overload.inFlight, overload.shed]).toEqual([2048, 952]);
  expect(overload.enter()).toBe('all');
});

test('who has waited for two seconds is turned away, and the latest are served first', async () => {
  const { overload, time } = overloadAt();
  for (let i = 0; i < 300; i++) overload.enter();
  overload.note(300);
  const ends: string[] = [];
  const come = (name: string) => {
    // The burst that it lets through.
    for (let admission = overload.enter(); ; admission = overload.enter()) {
      if (typeof admission === 'string') continue;
      void admission.then((how) => ends.push(`${name} ${how}`));
      return;
    }
  };
  come('first');
  time.now += 1500;
  overload.note(300);
  await undefined;
  expect(ends).toEqual([]);
  come('second');
  time.now += 600;
  overload.note(300);
  await undefined;
  expect(ends).toEqual(['first none']);
  come('third');
  overload.note(0);
  time.now += 500;
  overload.note(0);
  await undefined;
  expect(ends).toEqual(['first none', 'third essential', 'second essential']);
});

test('few requests that take long are not joined by more once the loop stands still by their work', () => {
  const { overload, time } = overloadAt();
  const turn = () =>
    Array.from({ length: 100 }, () => {
      time.now += 20;
      const admission = atOnce(overload.enter());
      if (admission) overload.leave();
      return admission;
    });
  time.now += 5000;
  expect(turn().indexOf(undefined)).toBe(51);
  overload.note(0);
  expect(turn().indexOf(undefined)).toBe(51);
});

test('a single pause changes nothing', async () => {
  const { serve, overload } = overloadAt();
  await serve(100, 3, 0);
  overload.note(240);
  expect(await serve(100, 1, 0)).toBe(100);
});

test('who leaves, and whoever waits at the end, is refused', async () => {
  const { overload, time } = overloadAt();
  const visitor = new AbortController();
  overload.enter();
  time.now += 5000;
  const waiting = [overload.enter(() => visitor.signal), overload.enter()];
  visitor.abort();
  expect([overload.waiting, overload.shed]).toEqual([1, 1]);
  overload.close();
  expect(await Promise.all(waiting)).toEqual(['none', 'none']);
  expect(overload.enter()).toBe('none');
});

test('who waits while it is turned off is taken on', async () => {
  let options: typeof OPTIONS | undefined = OPTIONS;
  const time = { now: 0 };
  const overload = new Overload(
    () => options,
    () => time.now,
  );
  overload.enter();
  time.now += 5000;
  const waiting = overload.enter();
  expect(atOnce(waiting)).toBe(undefined);
  options = undefined;
  overload.note(300);
  expect(await waiting).toBe('all');
});

test('when it is off, everything is taken on', () => {
  const overload = new Overload(() => undefined);
  for (let beat = 0; beat < 100; beat++) overload.note(5000);
  for (let i = 0; i < 10_000; i++) expect(overload.enter()).toBe('all');
});
