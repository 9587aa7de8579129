import { defineFragment } from '@tessera/fragment';
import { headerHtml } from './src/header.ts';

/** The head of every page: the shop's name, its shelves, and the search. No code in the browser. */
export const header = defineFragment({
  name: 'header',
  version: '1.0.0',
  content: 'bar',
  forward: { query: ['q'] },
  styles: new URL('./src/header.css', import.meta.url),
  cache: { maxAgeMs: 60_000, staleWhileRevalidateMs: 600_000, staleIfErrorMs: 86_400_000 },
  timeoutMs: 400,
  render: ({ query }) => headerHtml(query.get('q') ?? ''),
});
