import type { PageReport } from '@tessera/contract';

/** The id that `REPORT_ID` of the contract has: a value of it here would put a shared chunk in front of boot. */
const ID: typeof import('@tessera/contract').REPORT_ID = 'tessera-report';

/** Why a page's report cannot be shown. */
export interface ReportProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export type ReportResult =
  | { readonly report: PageReport; readonly problem?: never }
  | { readonly problem: ReportProblem; readonly report?: never };

/** The page's report, or what is wrong with it. Never throws. */
export function readReport(document: Document): ReportResult {
  const script = document.getElementById(ID);
  if (!script) return { problem: reportInvalid('is missing') };
  try {
    const report = JSON.parse(script.textContent ?? '');
    if (isReport(report)) return { report };
    return { problem: reportInvalid('is no page report') };
  } catch {
    return { problem: reportInvalid('is no JSON') };
  }
}

/** What the inspector cannot do without; the rest it shows where it is there. */
function isReport(value: unknown): value is PageReport {
  const { slots } = Object(value);
  return Array.isArray(slots) && slots.every(isSlot);
}

function isSlot(value: unknown): boolean {
  const { slot, fragment, state, repairs = [] } = Object(value);
  const texts = [slot, fragment, state];
  return texts.every((text) => typeof text === 'string') && Array.isArray(repairs);
}

function reportInvalid(what: string): ReportProblem {
  return {
    code: 'REPORT_INVALID',
    message: `The page's report (#${ID}) ${what}.`,
    hint: 'Composer and shell must be of one version, and nothing between them may change the page.',
  };
}
