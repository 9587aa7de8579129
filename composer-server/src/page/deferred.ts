import type { SlotState } from '@tessera/contract';
import { withDeadScripts } from '../contain/scripts.ts';
import { attributeValue } from '../json-in-html.ts';

/**
 * Puts the `<template>` before it into its slot, then removes both. It is the same text for every slot and page, so that
 * a content security policy can allow it by one hash; without JavaScript `?tessera=whole` gives the page in one piece.
 * Members come from the prototype: an `<img name="querySelector">` in any fragment would stand in for `document`'s own.
 */
export const PLACEMENT_SCRIPT =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the browser fills it in.
  '{let p=Document.prototype,s=Reflect.get(p,"currentScript",document),t=s.previousElementSibling,d=t.dataset,e=p.querySelector.call(document,`fragment-slot[slot-id="${d.slot}"][state=pending]`);if(e){e.replaceChildren();(d.shadow?e.attachShadow({mode:"open"}):e).append(t.content);d.version&&e.setAttribute("version",d.version);e.setAttribute("state",d.state)}t.remove();s.remove()}';

export interface LateFragmentOptions {
  readonly shadow: boolean;
  /** Of its HTML, where that is another than the manifest's. */
  readonly version: string | undefined;
  /** Its inline scripts run. */
  readonly alive: boolean;
}

/** A fragment that comes after its slot has been sent; unless they may be `alive`, its inline scripts are dead. */
export function lateFragment(
  slotId: string,
  state: SlotState,
  html: Buffer,
  { shadow, version, alive }: LateFragmentOptions,
): [start: Buffer, html: Buffer, end: Buffer] {
  const attributes = [
    `data-slot="${slotId}" data-state="${state}"`,
    ...(shadow ? ['data-shadow="1"'] : []),
    ...(version === undefined ? [] : [`data-version="${attributeValue(version)}"`]),
  ];
  return [
    Buffer.from(`<template ${attributes.join(' ')}>`),
    alive ? html : withDeadScripts(html),
    Buffer.from(`</template><script>${PLACEMENT_SCRIPT}</script>`),
  ];
}

/** The way to the whole page for a visitor without JavaScript. */
export function wholePageLink(path: string, query: URLSearchParams): string {
  const whole = new URLSearchParams(query);
  whole.set('tessera', 'whole');
  const href = attributeValue(`${path}?${whole}`);
  return `<noscript><a href="${href}">Show the complete page</a></noscript>`;
}
