/** When to order, and when it arrives. */
export interface DeliveryPromise {
  /** Orders until then leave the same day; milliseconds since the epoch, always after now. */
  readonly orderBy: number;
  /** The day it arrives, `YYYY-MM-DD`. */
  readonly arrives: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Where the workshop's clock hangs. */
const timeZone = 'Europe/Berlin';
/** The hour at which the parcels are fetched there. */
const FETCHED_AT = '14';

// This locale writes days as YYYY-MM-DD.
const DAY = new Intl.DateTimeFormat('en-CA', { timeZone });
const HOUR = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit' });
const DAY_TEXT = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});

/** Parcels leave on working days at two in the afternoon, and take two working days. */
export function deliveryPromise(now: number): DeliveryPromise {
  let day = DAY.format(now);
  while (!isWorkingDay(day) || fetchedAt(day) <= now) day = nextDay(day);
  return { orderBy: fetchedAt(day), arrives: nextWorkingDay(nextWorkingDay(day)) };
}

/** A duration in whole minutes, for example `2 h 13 min`; beyond a day `2 days 3 h`. */
export function durationText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 1) return 'less than a minute';
  if (hours < 1) return `${minutes} min`;
  if (days < 1) return `${hours} h ${minutes % 60} min`;
  const rest = hours % 24 === 0 ? '' : ` ${hours % 24} h`;
  return `${days} ${days === 1 ? 'day' : 'days'}${rest}`;
}

/** A day as people say it, for example `Tuesday 24 November`; the same text on the server and in every browser. */
export function dayText(day: string): string {
  const parts = DAY_TEXT.formatToParts(startOf(day));
  const part = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${part('weekday')} ${part('day')} ${part('month')}`;
}

/** Berlin is one or two hours ahead of UTC. */
function fetchedAt(day: string): number {
  const noon = startOf(day) + 12 * HOUR_MS;
  return HOUR.format(noon) === FETCHED_AT ? noon : noon + HOUR_MS;
}

function isWorkingDay(day: string): boolean {
  const weekday = new Date(startOf(day)).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

function nextWorkingDay(day: string): string {
  const next = nextDay(day);
  return isWorkingDay(next) ? next : nextWorkingDay(next);
}

function nextDay(day: string): string {
  return new Date(startOf(day) + DAY_MS).toISOString().slice(0, 10);
}

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
