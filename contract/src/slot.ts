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

/** Marks the last child of a fragment that holds its widget's props as JSON. */
export const PROPS_ATTRIBUTE = 'data-tessera-props';

/** The `slot` value of the `<template>` inside a slot that holds its error markup. */
export const ERROR_TEMPLATE = 'error';

/** The event on a slot's element when the page has set its `props`; does not bubble. */
export const PROPS_EVENT = 'tessera:props';

/** Marks the element in a slot's error markup that tries again; the shell makes a button of it. */
export const RETRY_ATTRIBUTE = 'data-tessera-retry';
