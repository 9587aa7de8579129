/** A colour as `#rrggbb`. */
export type Colour = `#${string}`;

/** `share` of `other` mixed into `colour`, channel by channel: 0 is `colour`, 1 is `other`. */
export function mix(colour: Colour, other: Colour, share: number): Colour {
  const to = channels(other);
  const mixed = channels(colour).map((value, i) =>
    Math.round(value + ((to[i] ?? 0) - value) * share),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

export function lighten(colour: Colour, share: number): Colour {
  return mix(colour, '#ffffff', share);
}

/** Towards a warm black, which looks less dead than pure black does. */
export function darken(colour: Colour, share: number): Colour {
  return mix(colour, '#1d1410', share);
}

function channels(colour: Colour): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
