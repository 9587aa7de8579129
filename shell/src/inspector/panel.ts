import { el } from './el.ts';
import type { ReportResult } from './report.ts';
import { createRow, type Row } from './row.ts';
import type { InspectedSlot } from './slots.ts';
import { count, hasProblem, milliseconds } from './words.ts';

/** The table of all slots, at the window's lower edge, and the button that opens and closes it. */
export interface Panel {
  readonly dock: HTMLElement;
  /** Writes a slot's row, or writes it anew. */
  draw(slot: InspectedSlot): void;
  /** Opens the panel, with the focus on the slot's row. */
  focus(slot: InspectedSlot): void;
  /** Closes the panel; the focus goes to its button if it was in the panel. False when it is closed already. */
  close(): boolean;
}

export interface PanelActions {
  /** A row has the focus or the pointer, or none has any more. */
  highlight(slot: InspectedSlot | undefined): void;
  /** Brings a slot into view, above the panel, whose upper edge is at `bottom`. */
  reveal(slot: InspectedSlot, bottom: number): void;
  showOutlines(show: boolean): void;
}

const COLUMNS = [
  'Slot',
  'Fragment',
  'Team',
  'Server',
  'Widget',
  'Time',
  'Size',
  'Cache',
  'Repairs',
  'Cause',
];

export function createPanel(result: ReportResult, log: HTMLElement, actions: PanelActions): Panel {
  const rows = new Map<InspectedSlot, Row>();
  const counted = el('span', { class: 'counted' });
  const toggle = el(
    'button',
    { class: 'toggle', type: 'button', 'aria-expanded': 'true', 'aria-controls': 'panel' },
    el('b', {}, 'Tessera inspector'),
    ' ',
    counted,
  );
  const outlines = el('input', { type: 'checkbox', checked: '' });
  const table = el(
    'table',
    {},
    el('caption', {}, 'Slots of the page'),
    el('thead', {}, el('tr', {}, ...COLUMNS.map((name) => el('th', { scope: 'col' }, name)))),
  );
  const panel = el(
    'div',
    { class: 'panel', id: 'panel' },
    el(
      'div',
      { class: 'page' },
      result.report ? pageFacts(result.report) : problemNote(result.problem),
      el('label', {}, outlines, ' Outlines'),
    ),
    el('div', { class: 'scroll' }, table),
    log,
  );

  function open(wanted: boolean): void {
    panel.hidden = !wanted;
    toggle.ariaExpanded = String(wanted);
    if (!wanted) actions.highlight(undefined);
  }

  toggle.addEventListener('click', () => open(panel.hidden !== false));
  outlines.addEventListener('change', () => actions.showOutlines(outlines.checked));
  table.addEventListener('keydown', (event) => {
    const buttons = [...rows.values()].map(({ button }) => button);
    const index = buttons.findIndex((button) => button.matches(':focus'));
    const next = nextIndex(event.key, index, buttons.length);
    if (next === undefined) return;
    event.preventDefault();
    buttons[next]?.focus();
  });

  return {
    dock: el('div', { class: 'dock' }, toggle, panel),
    draw(slot) {
      let row = rows.get(slot);
      if (!row) {
        row = createRow(slot, rows.size);
        rows.set(slot, row);
        table.append(row.body);
        row.body.addEventListener('pointerenter', () => actions.highlight(slot));
        row.body.addEventListener('pointerleave', () => actions.highlight(focusedSlot()));
        row.button.addEventListener('focus', () => {
          actions.highlight(slot);
          actions.reveal(slot, panel.getBoundingClientRect().top);
        });
        row.button.addEventListener('blur', () => actions.highlight(undefined));
      }
      row.draw();
      const problems = [...rows.keys()].filter(hasProblem).length;
      counted.replaceChildren(
        count(rows.size, 'slot'),
        ...(problems ? [' ', el('span', { class: 'problems' }, count(problems, 'problem'))] : []),
      );
    },
    focus(slot) {
      open(true);
      rows.get(slot)?.button.focus();
    },
    close() {
      if (panel.hidden) return false;
      if (panel.matches(':focus-within')) toggle.focus();
      open(false);
      return true;
    },
  };

  function focusedSlot(): InspectedSlot | undefined {
    for (const [slot, { button }] of rows) if (button.matches(':focus')) return slot;
    return undefined;
  }
}

function nextIndex(key: string, index: number, length: number): number | undefined {
  if (index < 0) return undefined;
  if (key === 'ArrowDown') return Math.min(index + 1, length - 1);
  if (key === 'ArrowUp') return Math.max(index - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? length - 1 : undefined;
}

function pageFacts(report: NonNullable<ReportResult['report']>): HTMLElement {
  const facts = {
    Page: report.page,
    Status: String(report.status),
    Time: milliseconds(report.ms),
    Request: report.requestId,
    Trace: report.traceId,
  };
  return el(
    'dl',
    {},
    ...Object.entries(facts).map(([name, value]) =>
      el('div', {}, el('dt', {}, name), el('dd', {}, value)),
    ),
  );
}

function problemNote({ code, message, hint }: NonNullable<ReportResult['problem']>): HTMLElement {
  return el('p', { class: 'problem', role: 'alert' }, el('b', {}, code), ` ${message} ${hint}`);
}
