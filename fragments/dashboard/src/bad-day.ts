/** What the visitor has let go wrong, to see how the dashboard takes it. */
export const DAYS = {
  normal: { title: 'A normal day', says: 'Every team answers at once.' },
  slow: {
    title: 'Slow reviews',
    says: 'The reviews take three seconds. Nothing else waits for them.',
  },
  late: {
    title: 'Late pairs',
    says: 'The pairs take three seconds, and their tile gives up after one and a half.',
  },
  failing: {
    title: 'Failing stock',
    says: 'The product team answers 503, and its tile says so. Choose a normal day, then try again.',
  },
} as const;

export type Day = keyof typeof DAYS;

/** The day that the page's address names, so that a bad one can be reloaded; else a normal one. */
export function dayOfAddress(search: string): Day {
  const day = new URLSearchParams(search).get('day') ?? '';
  return isDay(day) ? day : 'normal';
}

/** The address with the day in it; a normal one is not mentioned. */
export function addressOfDay(address: string, day: Day): string {
  const url = new URL(address);
  if (day === 'normal') url.searchParams.delete('day');
  else url.searchParams.set('day', day);
  return url.href;
}

function isDay(name: string): name is Day {
  return Object.hasOwn(DAYS, name);
}
