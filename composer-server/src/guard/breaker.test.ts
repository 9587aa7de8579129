import { expect, test } from 'vitest';
import { Breaker } from './breaker.ts';

const OPTIONS = { windowMs: 10_000, minCalls: 20, failureRatio: 0.5, openMs: 5000, slowMs: 1000 };

/** A breaker whose time is told, and whose jitter is none unless `random` says so. */
function breakerAt(options: Partial<typeof OPTIONS> = {}, random = 0.5) {
  const time = { now: 1_000_000 };
  const clock = { now: () => time.now, random: () => random };
  const breaker = new Breaker({ ...OPTIONS, ...options }, clock);
  const call = (verdict: 'success' | 'failure' | 'void', retryAfterMs?: number) => {
    const ticket = breaker.admit();
    if (ticket === 0) return false;
    breaker.settle(ticket, verdict, retryAfterMs);
    return true;
  };
  const calls = (count: number, verdict: 'success' | 'failure') => {
    for (let i = 0; i < count; i++) call(verdict);
  };
  return { breaker, call, calls, time };
}

test('it opens when half of at least 20 calls have failed, and not before', () => {
  const { breaker, calls } = breakerAt();
  calls(19, 'failure');
  expect(breaker.state).toBe('closed');
  calls(1, 'success');
  expect(breaker.state).toBe('closed'); // a success never opens it
  calls(1, 'failure');
  expect(breaker.state).toBe('open');
  const mixed = breakerAt();
  mixed.calls(11, 'success');
  mixed.calls(10, 'failure');
  expect(mixed.breaker.state).toBe('closed');
  mixed.calls(1, 'failure');
  expect(mixed.breaker.state).toBe('open');
});

test('failures older than the window do not count', () => {
  const { breaker, calls, time } = breakerAt();
  calls(15, 'failure');
  time.now += 11_000;
  calls(19, 'failure');
  expect(breaker.state).toBe('closed');
  expect(breaker.recent).toEqual({ calls: 19, failures: 19 });
  time.now += 100_000;
  expect(breaker.recent).toEqual({ calls: 0, failures: 0 });
});

test('while it is open nothing passes, then one probe, and its success closes it', () => {
  const { breaker, call, calls, time } = breakerAt();
  calls(20, 'failure');
  expect(call('success')).toBe(false);
  time.now += 4999;
  expect(call('success')).toBe(false);
  time.now += 1;
  const probe = breaker.admit();
  expect(probe).not.toBe(0);
  expect(breaker.admit()).toBe(0);
  expect(breaker.state).toBe('half-open');
  breaker.settle(probe, 'success');
  expect(breaker.state).toBe('closed');
  expect(breaker.recent).toEqual({ calls: 0, failures: 0 });
  expect(call('success')).toBe(true);
});

test('a probe that fails opens it again, one that says nothing is followed by another', () => {
  const { breaker, call, calls, time } = breakerAt();
  calls(20, 'failure');
  time.now += 5000;
  expect(call('void')).toBe(true);
  expect(breaker.state).toBe('half-open');
  expect(call('failure')).toBe(true);
  expect(breaker.state).toBe('open');
  expect(breaker.opened).toBe(2);
  time.now += 4999;
  expect(call('success')).toBe(false);
});

test('calls from before it opened do not decide about its probe', () => {
  const { breaker, calls, time } = breakerAt();
  const slow = breaker.admit();
  calls(20, 'failure');
  time.now += 5000;
  const probe = breaker.admit();
  expect(breaker.stands(slow)).toBe(false);
  breaker.settle(slow, 'success');
  expect(breaker.state).toBe('half-open');
  expect(breaker.stands(probe)).toBe(true);
});

test('what says nothing does not count', () => {
  const { breaker, call, calls } = breakerAt();
  for (let i = 0; i < 100; i++) call('void');
  calls(19, 'failure');
  expect(breaker.state).toBe('closed');
});

test('it stays open for as long as the service asks, a minute at most', () => {
  const { breaker, call, calls } = breakerAt();
  calls(19, 'failure');
  call('failure', 20_000);
  expect(breaker.openForMs).toBe(20_000);
  const long = breakerAt();
  long.calls(19, 'failure');
  long.call('failure', 3_600_000);
  expect(long.breaker.openForMs).toBe(60_000);
});

test.each([
  [0, 4000],
  [0.999, 5998],
])('with %f for chance it is open for %i ms', (random, openMs) => {
  const { breaker, calls } = breakerAt({}, random);
  calls(20, 'failure');
  expect(Math.round(breaker.openForMs)).toBe(openMs);
});
