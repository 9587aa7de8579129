import type { Action } from '@tessera/fragment';
import { type Fields, readFields, readList, readNumber, readText } from './json.ts';

/** What is kept of one visit of a page: how its widgets came out, and how it felt. */
export interface Visit {
  readonly page: string;
  readonly widgets: readonly string[];
  readonly vitals: readonly string[];
}

/** As many visits are remembered; the next one pushes out the first. */
const KEPT = 50;

/** The latest visits of the shop, as the browsers of its visitors told of them; newest first, in this process only. */
export function visitActions(): Readonly<Record<string, Action<unknown>>> {
  const visits: Visit[] = [];
  return {
    'POST api/visits': (request, response) => {
      try {
        visits.unshift(readVisit(request.body));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        response.status(400).json({ error: { code: 'VISIT_INVALID', message } });
        return;
      }
      visits.length = Math.min(visits.length, KEPT);
      response.status(204).end();
    },
    'GET api/visits': (_request, response) => void response.json({ visits }),
  };
}

/** Anybody can send anything: what is shown of it is text, and short. */
function readVisit(batch: unknown): Visit {
  const fields = readFields(batch, 'batch');
  const short = (text: string) => text.slice(0, 120);
  const slotOf = (item: Fields) => (typeof item.slot === 'string' ? ` in ${item.slot}` : '');
  return {
    page: short(readText(fields, 'path')),
    widgets: readList(fields, 'slots', (item) =>
      short(`${readText(item, 'slot')}: ${readText(item, 'state')}, ${readNumber(item, 'ms')} ms`),
    ).slice(0, KEPT),
    vitals: readList(fields, 'vitals', (item) =>
      short(
        `${readText(item, 'name')} ${readNumber(item, 'value')}, ${readText(item, 'rating')}${slotOf(item)}`,
      ),
    ).slice(0, KEPT),
  };
}
