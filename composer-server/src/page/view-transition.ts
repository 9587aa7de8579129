import type { Slot } from '../template/template.ts';

/**
 * Gives the slots that have a `view-transition` name a group of their own when a visitor goes from page to page, and lets
 * these pages cross-fade. A slot is no box: its first element takes the name. Nothing moves for who wants reduced motion.
 */
export function viewTransitionStyle(slots: readonly Slot[]): string {
  const named = slots.flatMap(({ id, viewTransition }) =>
    viewTransition === undefined
      ? []
      : [`fragment-slot[slot-id="${id}"]>:first-child{view-transition-name:${viewTransition}}`],
  );
  if (named.length === 0) return '';
  return `<style>@media (prefers-reduced-motion:no-preference){@view-transition{navigation:auto}${named.join('')}}</style>`;
}
