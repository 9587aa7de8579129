import type { CSSProperties } from 'react';

/** Stars as a picture with its text. */
export function Stars({ stars }: { readonly stars: number }) {
  const rounded = Math.round(stars * 10) / 10;
  return (
    <span
      className="dash-stars"
      role="img"
      aria-label={`${rounded} of 5 stars`}
      style={{ '--share': `${rounded * 20}%` } as CSSProperties}
    >
      ★★★★★
    </span>
  );
}
