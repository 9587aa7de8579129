import { el } from './el.ts';
import type { InspectedSlot } from './slots.ts';
import { describeSlot, eventText, hasProblem, MEANINGS, milliseconds, phases } from './words.ts';

/** A slot's line of the table, which opens to tell more. */
export interface Row {
  readonly body: HTMLElement;
  readonly button: HTMLButtonElement;
  /** Writes what is known now. */
  draw(): void;
}

/** Open from the start where something is wrong. `index` is its place in the table. */
export function createRow(slot: InspectedSlot, index: number): Row {
  const id = `more-${index}`;
  const button = el('button', { type: 'button', 'aria-controls': id }, slot.id);
  const more = el('td', { colspan: '10' });
  const details = el('tr', { id, class: 'details' }, more);
  const open = (wanted: boolean) => {
    details.hidden = !wanted;
    button.ariaExpanded = String(wanted);
  };
  button.addEventListener('click', () => open(details.hidden !== false));
  open(hasProblem(slot));
  const name = el('th', { scope: 'row' }, button);
  const cells = el('tr', {}, name);
  let widget: string | undefined;

  return {
    body: el('tbody', {}, cells, details),
    button,
    draw() {
      const words = describeSlot(slot);
      if (words.widget === 'failed' && widget !== 'failed') open(true);
      widget = words.widget;
      const state = el('span', { class: 'state', 'data-state': words.state }, words.state);
      const { fragment, team, time, size, cache, cause } = words;
      const widgetState = el('span', { class: 'widget', 'data-widget': widget }, widget);
      const numbers = [time, size].map((text) => el('td', { class: 'number' }, text || '–'));
      const repairs = slot.report?.repairs?.length ?? 0;
      // The button stays where it is: it would lose the focus.
      while (name.nextSibling) name.nextSibling.remove();
      cells.append(
        el('td', {}, fragment),
        el('td', {}, team || '–'),
        el('td', {}, state),
        el('td', {}, widget ? widgetState : '–'),
        ...numbers,
        el('td', {}, cache || '–'),
        el('td', { class: 'number' }, repairs ? String(repairs) : '–'),
        el('td', cause ? { class: 'cause' } : {}, cause || '–'),
      );
      more.replaceChildren(list(slot));
    },
  };
}

function list({ report, element, events }: InspectedSlot): HTMLElement {
  const place = element ? [] : ['The page has no such element.'];
  const unknown = report ? [] : ['It is not in the report.'];
  const failed = element?.getAttribute('widget') === 'failed';
  const failure = failed ? events.findLast(({ type }) => type === 'tessera:failed') : undefined;
  const answer = report?.status === undefined ? '' : ` → ${report.status}`;
  const facts: [string, readonly string[]][] = [
    ['Server', [...(report ? [MEANINGS[report.state]] : []), ...unknown, ...place]],
    ['Asked', report?.url ? [report.url + answer] : []],
    ['Cause', [report?.message ?? '', failure?.message ?? ''].filter((text) => text)],
    ['Remedy', failure?.hint ? [failure.hint] : []],
    ['Repairs', report?.repairs ?? []],
    ['Widget', phases(events)],
    ['Events', events.map((event) => `${eventText(event)}, ${milliseconds(event.ms)}`)],
  ];
  return el(
    'dl',
    {},
    ...facts.flatMap(([name, values]) =>
      values.length
        ? [el('div', {}, el('dt', {}, name), ...values.map((value) => el('dd', {}, value)))]
        : [],
    ),
  );
}
