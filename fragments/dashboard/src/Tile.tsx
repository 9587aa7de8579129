import type { Part } from '@tessera/shell/mashup';
import * as React from 'react';
import { Age } from './Age.tsx';
import type { SourceKey } from './sources.ts';
import { TIMEOUTS_MS } from './sources.ts';
import { tileStatus } from './tile-status.ts';

export interface TileProps<T> {
  readonly source: SourceKey;
  readonly title: string;
  /** Who answers, as part of a sentence: `the reviews team`. */
  readonly team: string;
  readonly part: Part<T>;
  onRefresh(): void;
  onRetry(): void;
  /** What stands in the tile for the source's value. */
  readonly children: (value: T) => React.ReactNode;
}

/**
 * One source in its frame: how it stands, how old it is, and how to have it anew. The frame is as high without a value as
 * with one; a value that could not be refreshed stays.
 */
export function Tile<T>(props: TileProps<T>) {
  const { source, title, team, part, onRefresh, onRetry, children } = props;
  const { mark, text } = tileStatus(part, team, TIMEOUTS_MS[source]);
  const heading = React.useId();
  const refreshButton = React.useRef<HTMLButtonElement>(null);
  const retry = () => {
    // The button goes away when it has worked, and the focus must not go with it.
    refreshButton.current?.focus();
    onRetry();
  };
  return (
    <section
      className={`dash-tile dash-${source}`}
      data-state={mark}
      aria-labelledby={heading}
      aria-busy={mark === 'loading'}
    >
      <header className="dash-head">
        <h2 id={heading}>{title}</h2>
        <Age at={part.updatedAt} />
        <button ref={refreshButton} type="button" className="dash-refresh" onClick={onRefresh}>
          <RefreshIcon />
          <span className="dash-hidden">Refresh “{title}”</span>
        </button>
      </header>
      <div className="dash-body">
        {part.value !== undefined ? children(part.value) : <Nothing waiting={mark === 'loading'} />}
      </div>
      <footer className="dash-foot">
        <span className="dash-status">{text}</span>
        {part.state === 'error' && (
          <button type="button" className="dash-retry" disabled={part.refreshing} onClick={retry}>
            Try again
            <span className="dash-hidden"> to load “{title}”</span>
          </button>
        )}
      </footer>
    </section>
  );
}

function Nothing({ waiting }: { readonly waiting: boolean }) {
  return waiting ? (
    <div className="dash-bones" aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
    </div>
  ) : (
    <p className="dash-nothing">Nothing to show yet. The other tiles do not mind.</p>
  );
}

function RefreshIcon() {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path
        d="M16 6.2A7 7 0 1 0 17 10M16.6 2.6v4h-4"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
