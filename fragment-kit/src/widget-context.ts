import type { WidgetContext } from '@tessera/contract';
import { createContext, useContext } from 'react';

/** Carries the widget's context to its components. */
export const WidgetContextProvider = createContext<WidgetContext | undefined>(undefined);

/** Slot, base, events and signal of the widget that the component stands in; undefined while the server renders it. */
export function useWidgetContext(): WidgetContext | undefined {
  return useContext(WidgetContextProvider);
}
