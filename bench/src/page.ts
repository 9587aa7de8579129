/** What the page of a scenario is made of. */
export interface PageSpec {
  readonly fragments: readonly FragmentSpec[];
  /** Whether composers that can keep fragments do so. */
  readonly cached: boolean;
  /** Whether the visitor asks for gzip. */
  readonly gzip: boolean;
  /** The limit of every fragment, where a composer takes one. */
  readonly timeoutMs: number;
}

/** How one fragment's service answers. */
export interface FragmentSpec {
  readonly bytes: number;
  /** `cache-control: public, max-age=…`; 0: `private, no-cache`. */
  readonly maxAgeSeconds: number;
  readonly delayMs: number;
  /**
   * `varied`: no two answers are the same, if only by a number in a comment; `dead`: nobody listens; `hanging`: it never
   * answers; `halfway`: it stops in the middle of its body.
   */
  readonly mode: 'ok' | 'varied' | 'dead' | 'hanging' | 'halfway';
}

const WORDS =
  'the mug was bigger than it looked in the picture but our tea stays warm for an hour and nobody spilled any on the way to work so we ordered two more in blue with a lid that fits the old one too which is rare these days'.split(
    ' ',
  );

/** Numbers from 0 to `below`, the same ones each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 12345;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function prose(bytes: number, random: (below: number) => number): string {
  let text = '';
  while (text.length < bytes) text += `${WORDS[random(WORDS.length)]} `;
  return text.slice(0, Math.max(0, bytes));
}

/** A fragment's HTML: a list of reviews, as well compressible as such lists are. */
export function fragmentHtml(index: number, { bytes }: Pick<FragmentSpec, 'bytes'>): string {
  const random = numbers(index + 1);
  const start = `<section class="reviews" id="fragment-${index}"><h2>Part ${index}</h2><ul>`;
  const end = '</ul></section>';
  let html = start;
  for (let i = 0; ; i++) {
    const head = `<li class="review" data-id="${index}-${i}"><b>Visitor ${random(9999)}</b> <i>${random(5)} stars</i><p>`;
    const room = bytes - html.length - end.length - head.length - '</p></li>'.length;
    if (room < 40) return html.padEnd(bytes - end.length, ' ') + end;
    html += `${head}${prose(Math.min(room, 60 + random(160)), random).trimEnd()}</p></li>`;
  }
}

const TEMPLATE_BYTES = 6000;

/** A page's template in which every composer writes its own kind of slot. */
export function template(spec: PageSpec, slot: (index: number) => string): string {
  return `${HEAD}${spec.fragments.map((_, i) => `<div class="row row-${i}">${slot(i)}</div>`).join('\n')}\n${TAIL}`;
}

const HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A page of several teams</title>
<link rel="stylesheet" href="/assets/site.css">
</head>
<body>
<header><p>${prose(TEMPLATE_BYTES / 2, numbers(1000))}</p></header>
<main>
`;
const TAIL = `</main>
<footer><p>${prose(TEMPLATE_BYTES / 2, numbers(2000))}</p></footer>
</body>
</html>
`;

/** The page as it should be, for those who have nothing to compose. */
export function finishedPage(spec: PageSpec): string {
  return template(spec, (i) => fragmentHtml(i, spec.fragments[i] ?? { bytes: 0 }));
}

/** Where a fragment is, below the origin: everything about it is in its path, which ends with `/`. */
export function fragmentPath(
  index: number,
  { bytes, maxAgeSeconds, delayMs, mode }: FragmentSpec,
): string {
  return `/f/${index}/${bytes}/${maxAgeSeconds}/${delayMs}/${mode}/`;
}

/** Whether nothing of it can be on a page. */
export function isBroken({ mode }: FragmentSpec): boolean {
  return mode !== 'ok' && mode !== 'varied';
}

/** What is wrong with a composed page; undefined where all that can be there is there, whole, once, and in order. */
export function whatIsWrong(spec: PageSpec, page: string): string | undefined {
  let at = 0;
  for (const [i, fragment] of spec.fragments.entries()) {
    const html = fragmentHtml(i, fragment);
    if (isBroken(fragment)) {
      if (page.includes(html.slice(0, 60))) return `it shows a part of fragment ${i}, which broke`;
      continue;
    }
    const found = page.indexOf(html, at);
    if (found < 0) return `fragment ${i} is missing, changed or out of order`;
    if (page.includes(html, found + 1)) return `fragment ${i} is there twice`;
    at = found + html.length;
  }
  return page.trimEnd().endsWith('</html>') ? undefined : 'it does not end';
}
