import { counterpart } from './replay.ts';

/**
 * Whoever had the focus on something that the widget has replaced goes on from what stands in its place, else from the
 * first element that takes the focus, else from where the widget begins.
 */
export function moveFocus(from: Element, root: HTMLElement, content: readonly Node[]): void {
  const [first] = root.children;
  const next =
    counterpart(from, content, root) ??
    root.querySelector('a[href],button,input,select,textarea,summary,[tabindex]') ??
    first;
  if (!(next instanceof HTMLElement)) return;
  if (next === first && next.tabIndex < 0) next.tabIndex = -1;
  next.focus();
}
