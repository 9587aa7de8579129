/** The element that marks a slot in template, page and browser alike. */
export const SLOT_ELEMENT = 'fragment-slot';

/** What a fragment or slot may be called. */
export const NAME_PATTERN = /^[a-z][a-z0-9-]*$/;

/** The server's outcome for a slot, written as `state` on its element. */
export type SlotState =
  /** The fragment's HTML is in place; on a `render="client"` slot: its content waits for the widget. */
  | 'ready'
  /** A stored, outdated copy of the fragment's HTML is in place. */
  | 'stale'
  /** The fallback that the fragment's manifest names is in place. */
  | 'fallback'
  /** The slot's own error markup, else its content, is in place. */
  | 'error'
  /** The slot's content stands here until the fragment is placed later in the stream. */
  | 'pending';

/** The browser's outcome for a slot, written as `widget` on its element by the shell. */
export type WidgetState = 'idle' | 'loading' | 'hydrated' | 'mounted' | 'failed';

/** What every event `tessera:*` on a slot tells, as its `detail`. */
export interface SlotEventDetail {
  /** The slot-id. */
  readonly slot: string;
  readonly fragment: string;
  readonly version: string;
  /** Of `tessera:retry`: which try comes next, from 2. */
  readonly attempt?: number;
  /** What went wrong, for `tessera:failed` and `tessera:retry`: see docs/errors.md. */
  readonly code?: string;
  readonly error?: unknown;
}

/** On a slot whose widget has failed: the code of the error. */
export const WIDGET_ERROR_ATTRIBUTE = 'widget-error';

/** On a slot whose HTML another version of the fragment made than the page's data names: that version. */
export const VERSION_ATTRIBUTE = 'version';

/** Marks the last child of a fragment that holds its widget's props as JSON. */
export const PROPS_ATTRIBUTE = 'data-tessera-props';

/** The `slot` value of the `<template>` inside a slot that holds its error markup. */
export const ERROR_TEMPLATE = 'error';

/** The event on a slot's element when the page has set its `props`; does not bubble. */
export const PROPS_EVENT = 'tessera:props';

/** Marks the element in a slot's error markup that tries again; the shell makes a button of it. */
export const RETRY_ATTRIBUTE = 'data-tessera-retry';
