import type { SlotReport } from '@tessera/contract';
import type { InspectedSlot, SlotEvent } from './slots.ts';

/** What the server's outcome means for what stands in the slot. */
export const MEANINGS: Readonly<Record<SlotReport['state'], string>> = {
  ready: 'The fragment’s HTML is in place.',
  stale: 'An outdated copy of the fragment’s HTML is in place.',
  fallback: 'The fallback of the fragment’s manifest is in place.',
  error: 'The slot’s own markup is in place.',
  client: 'The browser renders it; the server sent the slot’s content.',
  left: 'Nobody waited for it any more.',
};

/** A slot's facts as text; what is not known is an empty text. */
export interface SlotWords {
  readonly fragment: string;
  readonly team: string;
  readonly state: string;
  readonly widget: string;
  readonly cause: string;
  readonly time: string;
  readonly size: string;
  readonly cache: string;
  readonly repairs: string;
}

export function describeSlot({ element, report, events }: InspectedSlot): SlotWords {
  const { fragment = element?.getAttribute('name') ?? '', version } = report ?? {};
  const repairs = report?.repairs?.length ?? 0;
  const widget = element?.getAttribute('widget') ?? '';
  return {
    fragment: version ? `${fragment}@${version}` : fragment,
    team: report?.team ?? '',
    state: report?.state ?? element?.getAttribute('state') ?? 'unknown',
    widget,
    cause: report?.cause ?? (widget === 'failed' ? (lastCode(events) ?? '') : ''),
    time: report?.ms === undefined ? '' : milliseconds(report.ms),
    size: report?.bytes === undefined ? '' : size(report.bytes),
    cache: report?.cache ?? '',
    repairs: repairs ? count(repairs, 'repair') : '',
  };
}

/** An event as the log and the slot's row tell it: `tessera:failed REMOTE_TIMEOUT`. */
export function eventText({ type, code, attempt }: SlotEvent): string {
  const about = code ?? (attempt === undefined ? '' : `try ${attempt}`);
  return about ? `${type} ${about}` : type;
}

/** How long the phases of the last start took; one that has not ended is left out. */
export function phases(events: InspectedSlot['events']): string[] {
  const last = (...types: string[]) =>
    events.findLast(({ type }) => types.includes(type.replace('tessera:', '')))?.ms;
  const idle = last('idle');
  const loading = last('loading');
  const starting = last('starting');
  const end = last('hydrated', 'mounted', 'failed');
  const phase = (name: string, from: number | undefined, to: number | undefined) =>
    from !== undefined && to !== undefined && to >= from
      ? [`${name} ${milliseconds(to - from)}`]
      : [];
  return [
    ...phase('waited for its trigger', idle, loading),
    ...phase('loaded in', loading, starting),
    ...phase('started in', starting, end),
  ];
}

/** Whether someone should look at it. */
export function hasProblem({ report, element }: InspectedSlot): boolean {
  return report?.cause !== undefined || element?.getAttribute('widget') === 'failed';
}

export function milliseconds(ms: number): string {
  return `${ms.toLocaleString('en', { maximumFractionDigits: 1 })} ms`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function size(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

function lastCode(events: InspectedSlot['events']): string | undefined {
  return events.findLast(({ code }) => code !== undefined)?.code;
}
