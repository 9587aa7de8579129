const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'mon|tue|wed|thu|fri|sat|sun';
const LONG_DAYS = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday';
const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;

/** RFC 9110 §5.6.7: the format of today, RFC 850's and that of asctime(); letter case is forgiven, nothing else is. */
const FORMATS = [
  new RegExp(`^(?:${DAYS}), (?<day>\\d{2}) (?<month>[a-z]{3}) (?<year>\\d{4}) ${TIME} gmt$`, 'i'),
  new RegExp(
    `^(?:${LONG_DAYS}), (?<day>\\d{2})-(?<month>[a-z]{3})-(?<year>\\d{2}) ${TIME} gmt$`,
    'i',
  ),
  new RegExp(`^(?:${DAYS}) (?<month>[a-z]{3}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`, 'i'),
];

/**
 * An HTTP date in milliseconds since 1970, or undefined when it is none. A year of two digits that seems more than 50
 * years in the future of `now` is the last one with these digits.
 */
export function parseHttpDate(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  for (const format of FORMATS) {
    const parts = format.exec(text)?.groups;
    if (parts) return toTime(parts, now);
  }
  return undefined;
}

function toTime(parts: Readonly<Record<string, string>>, now: number): number | undefined {
  const number = (name: string) => Number(parts[name]);
  const month = MONTHS.indexOf((parts.month ?? '').toLowerCase());
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map(number);
  if (month < 0 || (hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 60) return undefined;
  let year = number('year');
  if (parts.year?.length === 2) {
    const thisYear = new Date(now).getUTCFullYear();
    year += thisYear - (thisYear % 100);
    if (year > thisYear + 50) year -= 100;
  }
  const time = Date.UTC(year, month, day, hour, minute, second);
  return new Date(time).getUTCDate() === day || second === 60 ? time : undefined;
}
