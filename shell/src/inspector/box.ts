/** Where something is in the window, in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The smallest box around all that a slot shows; undefined when it shows nothing. The slot has no box of its own
 * (`display: contents`), and so may what stands in it.
 */
export function boxOf(slot: Element): Box | undefined {
  return around(contentOf(slot).map(boxOfNode));
}

/** The first element of a slot that has a box: what can be scrolled to. */
export function firstBoxed(slot: Element): Element | undefined {
  for (const node of contentOf(slot)) {
    if (!(node instanceof Element)) continue;
    const found = hasArea(node.getBoundingClientRect()) ? node : firstBoxed(node);
    if (found) return found;
  }
  return undefined;
}

function contentOf(element: Element): Node[] {
  return [...(element.shadowRoot ?? element).childNodes];
}

function boxOfNode(node: Node): Box | undefined {
  if (node instanceof Element) {
    const box = node.getBoundingClientRect();
    return hasArea(box) ? onPage(box) : boxOf(node);
  }
  if (!(node instanceof Text) || !node.data.trim()) return undefined;
  const range = document.createRange();
  range.selectNode(node);
  const box = range.getBoundingClientRect();
  return hasArea(box) ? onPage(box) : undefined;
}

function hasArea({ width, height }: DOMRect): boolean {
  return width > 0 && height > 0;
}

/** Undefined for what is kept left of or above the page until it is needed, as links to skip with are. */
function onPage(box: DOMRect): Box | undefined {
  return box.right + scrollX > 0 && box.bottom + scrollY > 0 ? box : undefined;
}

function around(boxes: readonly (Box | undefined)[]): Box | undefined {
  let all: Box | undefined;
  for (const box of boxes) {
    if (!box) continue;
    all = {
      left: Math.min(box.left, all?.left ?? box.left),
      top: Math.min(box.top, all?.top ?? box.top),
      right: Math.max(box.right, all?.right ?? box.right),
      bottom: Math.max(box.bottom, all?.bottom ?? box.bottom),
    };
  }
  return all;
}
