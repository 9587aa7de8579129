import { useWidgetContext } from '@tessera/fragment/react';
import * as React from 'react';
import type { Recommendation, Recommendations } from './recommendation.ts';

export type Loading =
  | { readonly state: 'loading' | 'failed' }
  | { readonly state: 'ready'; readonly items: readonly Recommendation[] };

/** How long an answer may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** Asks the service for what goes with `sku`; `retry` asks again. Stops when the widget or the component goes away. */
export function useRecommendations(sku: string): Loading & { retry(): void } {
  const context = useWidgetContext();
  const [loading, setLoading] = React.useState<Loading>({ state: 'loading' });
  const [attempt, setAttempt] = React.useState(0);

  React.useEffect(() => {
    if (!context) return;
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, context.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    setLoading({ state: 'loading' });
    fetchRecommendations(`${context.base}api/${encodeURIComponent(sku)}`, signal).then(
      ({ items }) => setLoading({ state: 'ready', items }),
      () => {
        if (!gone.signal.aborted && !context.signal.aborted) setLoading({ state: 'failed' });
      },
    );
    return () => gone.abort();
  }, [context, sku, attempt]);

  return { ...loading, retry: () => setAttempt((last) => last + 1) };
}

async function fetchRecommendations(url: string, signal: AbortSignal): Promise<Recommendations> {
  const response = await fetch(url, { headers: { accept: 'application/json' }, signal });
  if (!response.ok) throw new Error(`The recommendations answered ${response.status}.`);
  return response.json();
}
