import { type Colour, darken, lighten } from './colour.ts';
import { ellipse, n, path } from './scene.ts';

/** Something round, as it comes from a potter's wheel: its radius at every height, seen a little from above. */
export interface Turned {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  radius(y: number): number;
}

/** How much a horizontal circle is flattened by the view from above. */
const TILT = 0.15;

/** A turned shape around `x` whose outline runs smoothly through `points` (height, radius), from top to bottom. */
export function turned(
  x: number,
  points: readonly (readonly [y: number, radius: number])[],
): Turned {
  const slopes = points.map((_, i) => {
    const [y0, r0] = points[Math.max(0, i - 1)] ?? [0, 0];
    const [y1, r1] = points[Math.min(points.length - 1, i + 1)] ?? [0, 0];
    return (r1 - r0) / (y1 - y0);
  });
  const radius = (y: number) => {
    const i = Math.max(
      0,
      points.findLastIndex(([at], at_i) => at <= y && at_i < points.length - 1),
    );
    const [y0, r0] = points[i] ?? [0, 0];
    const [y1, r1] = points[i + 1] ?? [0, 0];
    const h = y1 - y0;
    const t = Math.min(1, Math.max(0, (y - y0) / h));
    // Cubic Hermite between the two neighbours.
    return (
      (1 + 2 * t) * (1 - t) ** 2 * r0 +
      t * (1 - t) ** 2 * h * (slopes[i] ?? 0) +
      t * t * (3 - 2 * t) * r1 +
      t * t * (t - 1) * h * (slopes[i + 1] ?? 0)
    );
  };
  return { x, top: points[0]?.[0] ?? 0, bottom: points.at(-1)?.[0] ?? 0, radius };
}

/** The part of the surface from height `from` to `to`; its edges are the circles at those heights. */
export function band(shape: Turned, from: number, to: number, fill: string, more = ''): string {
  // Closer steps towards both ends, where outlines bend most.
  const heights = Array.from(
    { length: 31 },
    (_, i) => from + ((to - from) * (1 - Math.cos((Math.PI * i) / 30))) / 2,
  );
  const side = (sign: 1 | -1) => (y: number) => `${n(shape.x + sign * shape.radius(y))} ${n(y)}`;
  const low = shape.radius(to);
  const high = shape.radius(from);
  const d = [
    `M${heights.map(side(1)).join('L')}`,
    `A${n(low)} ${n(low * TILT)} 0 0 1 ${side(-1)(to)}`,
    `L${heights.toReversed().map(side(-1)).join('L')}`,
    `A${n(high)} ${n(high * TILT)} 0 0 0 ${side(1)(from)}Z`,
  ];
  return path(d.join(''), fill, more);
}

/** The whole body with light and shade; `gloss` adds the window's reflection. */
export function solid(shape: Turned, colour: Colour, gloss = true): string {
  const { top, bottom } = shape;
  const whole = band(shape, top, bottom, colour);
  return whole + shade(shape) + (gloss ? glint(shape) : '');
}

/** Light and shade alone, over whatever was painted on the body. */
export function shade(shape: Turned): string {
  const { top, bottom } = shape;
  return band(shape, top, bottom, 'url(#round)') + band(shape, top, bottom, 'url(#ground)');
}

/** The reflection of a window: a strip that follows the outline. */
export function glint(shape: Turned, from = 0.08, to = 0.72): string {
  const y = (share: number) => shape.top + (shape.bottom - shape.top) * share;
  const heights = Array.from({ length: 13 }, (_, i) => y(from + ((to - from) * i) / 12));
  const edge = (share: number) => (height: number) =>
    `${n(shape.x - shape.radius(height) * share)} ${n(height + shape.radius(height) * TILT * 0.75)}`;
  const d = `M${heights.map(edge(0.66)).join('L')}L${heights.toReversed().map(edge(0.54)).join('L')}Z`;
  return path(d, 'url(#glint)');
}

/** The opening at the top: rim, inside, and what is in it up to `level` (0 to 1 of the opening's depth). */
export function opening(
  shape: Turned,
  colour: Colour,
  { rim = 9, inside = lighten(colour, 0.2), filling = undefined as Colour | undefined } = {},
): string {
  const r = shape.radius(shape.top);
  const { x, top } = shape;
  const inner = r - rim;
  const parts = [
    ellipse(x, top, r, r * TILT, lighten(colour, 0.12)),
    ellipse(x, top, r, r * TILT, 'url(#rim)'),
    ellipse(x, top + rim * 0.12, inner, inner * TILT, darken(inside, 0.12)),
    ellipse(x, top + rim * 0.12, inner, inner * TILT, 'url(#inside)'),
  ];
  if (filling) {
    parts.push(
      ellipse(x, top + inner * 0.055, inner * 0.965, inner * TILT * 0.72, filling),
      ellipse(x - inner * 0.3, top + inner * 0.04, inner * 0.4, inner * TILT * 0.2, '#ffffff2e'),
    );
  }
  return parts.join('');
}

/** A flat lid or top face at height `y`. */
export function disc(x: number, y: number, r: number, colour: Colour): string {
  return (
    ellipse(x, y, r, r * TILT, lighten(colour, 0.16)) + ellipse(x, y, r, r * TILT, 'url(#rim)')
  );
}
