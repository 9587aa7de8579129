import { useSyncExternalStore } from 'react';
import type { Mashup, Parts, Sources } from './mashup.ts';

/** How the sources of `mashup` stand; the component renders again with every partial result. Never stops the mashup. */
export function useMashup<S extends Sources>(mashup: Mashup<S>): Parts<S> {
  const state = () => mashup.state;
  return useSyncExternalStore(mashup.subscribe, state, state);
}
