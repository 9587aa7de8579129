import { type Colour, darken, lighten, mix } from './colour.ts';
import { ellipse, FLOOR, path, shadow, stroke } from './scene.ts';
import { band, disc, glint, opening, shade, solid, turned } from './turned.ts';

/** A bowl on a small foot. `wide` from 0 (a deep breakfast bowl) to 1 (a shallow serving bowl). */
export function bowl(colour: Colour, wide = 0): string {
  const r = 206 + wide * 74;
  const top = 400 + wide * 26;
  const body = turned(400, [
    [top, r],
    [top + 90, r * 0.93],
    [580, r * 0.66],
    [612, r * 0.43],
    [FLOOR, r * 0.42],
  ]);
  const glaze = mix(colour, '#f3e9da', 0.62);
  return [
    shadow(400, FLOOR, r * 0.62),
    solid(body, colour),
    opening(body, lighten(colour, 0.1), { rim: 10, inside: glaze }),
  ].join('');
}

/** Three bowls, one in the other. */
export function nestingBowls(colour: Colour): string {
  const sizes = [
    { top: 470, r: 226, colour },
    { top: 408, r: 184, colour: lighten(colour, 0.34) },
    { top: 352, r: 142, colour: lighten(colour, 0.66) },
  ];
  const bowls = sizes.map(({ top, r, colour }) => {
    const body = turned(400, [
      [top, r],
      [top + 70, r * 0.93],
      [top + 136, r * 0.62],
      [top + 160, r * 0.44],
    ]);
    return solid(body, colour) + opening(body, colour, { rim: 8 });
  });
  return shadow(400, FLOOR, 136) + bowls.join('');
}

/** A teapot with a cane handle. */
export function teapot(colour: Colour): string {
  const body = turned(390, [
    [352, 84],
    [384, 138],
    [470, 184],
    [560, 166],
    [612, 112],
    [FLOOR, 100],
  ]);
  const lid = turned(390, [
    [324, 18],
    [338, 60],
    [356, 86],
  ]);
  const knob = turned(390, [
    [290, 10],
    [304, 22],
    [326, 12],
  ]);
  const spout = 'M548 520C610 500 606 420 664 386L686 404C656 440 668 540 540 580Z';
  const cane = 'M268 400C240 210 540 210 512 400';
  return [
    shadow(400, FLOOR, 150),
    stroke(cane, '#7d5a38', 20),
    stroke(cane, '#b98d5b', 11, 'transform="translate(-2 -3)"'),
    stroke(cane, '#7d5a38', 3, 'stroke-dasharray="2 14" opacity=".7"'),
    path(spout, colour),
    path(spout, 'url(#ground)'),
    path(spout, 'url(#face)'),
    ellipse(675, 395, 15, 7, darken(colour, 0.5)),
    solid(body, colour),
    solid(lid, lighten(colour, 0.05), false),
    solid(knob, lighten(colour, 0.1)),
  ].join('');
}

/** A gooseneck kettle with a wooden grip. */
export function kettle(colour: Colour): string {
  const body = turned(400, [
    [380, 96],
    [430, 140],
    [560, 176],
    [612, 176],
    [FLOOR, 168],
  ]);
  const lid = turned(400, [
    [352, 40],
    [366, 82],
    [384, 98],
  ]);
  const neck = 'M248 590C150 590 214 400 132 372C112 366 96 372 84 384';
  return [
    shadow(400, FLOOR, 178),
    stroke(neck, darken(colour, 0.35), 30),
    stroke(neck, colour, 22),
    stroke(neck, lighten(colour, 0.4), 6, 'transform="translate(-4 -5)" opacity=".7"'),
    stroke('M492 372C560 300 668 330 640 470L628 540', '#3a332e', 16),
    stroke('M604 352C660 360 660 430 646 500', '#9a6b40', 30),
    stroke('M600 350C650 358 652 424 640 490', '#c4935f', 9, 'opacity=".8"'),
    solid(body, colour),
    band(body, 606, FLOOR, darken(colour, 0.3)),
    solid(lid, lighten(colour, 0.08), false),
    ellipse(400, 340, 20, 18, '#9a6b40'),
    ellipse(394, 334, 8, 6, '#d0a674'),
  ].join('');
}

/** A clear bottle of water with a stopper. */
export function carafe(colour: Colour): string {
  const body = turned(400, [
    [236, 52],
    [330, 56],
    [430, 112],
    [520, 138],
    [600, 132],
    [FLOOR, 118],
  ]);
  const stopper = turned(400, [
    [176, 34],
    [206, 42],
    [240, 40],
  ]);
  return [
    shadow(400, FLOOR, 126),
    band(body, 236, FLOOR, colour, 'opacity=".34"'),
    band(body, 420, FLOOR - 8, colour, 'opacity=".42"'),
    disc(400, 420, body.radius(420) - 4, lighten(colour, 0.5)),
    band(body, 236, FLOOR, 'url(#round)', 'opacity=".55"'),
    band(body, 606, FLOOR, lighten(colour, 0.6), 'opacity=".6"'),
    glint(body, 0.05, 0.95),
    ellipse(400, 236, 52, 8, '#ffffff99'),
    solid(stopper, '#b98d5b', false),
    disc(400, 176, 34, '#c9a06c'),
  ].join('');
}

/** A storage jar with a wooden lid and a label. */
export function jar(colour: Colour): string {
  const body = turned(400, [
    [300, 132],
    [360, 146],
    [580, 146],
    [FLOOR, 132],
  ]);
  const lid = turned(400, [
    [244, 134],
    [262, 140],
    [302, 140],
  ]);
  const wood: Colour = '#bb8e5c';
  return [
    shadow(400, FLOOR, 140),
    solid(body, colour),
    band(body, 270, 300, darken(wood, 0.5)),
    solid(lid, wood, false),
    stroke('M268 284c80 26 190 26 268-2', '#8d6438', 2, 'opacity=".5"'),
    disc(400, 244, 134, wood),
    ellipse(400, 240, 84, 9, '#a87c4c66'),
    path('M342 430q58 16 116 0v92q-58 16-116 0z', '#fbf7ee'),
    stroke('M362 468q38 9 76 0M370 492q30 7 60 0', '#5a4a3c', 4),
    band(body, 300, FLOOR, 'url(#round)', 'opacity=".3"'),
  ].join('');
}

/** A slim vase with a few dry stems. */
export function budVase(colour: Colour): string {
  const body = turned(400, [
    [352, 34],
    [396, 30],
    [470, 88],
    [560, 118],
    [612, 92],
    [FLOOR, 78],
  ]);
  const stems = [
    ['M396 360C380 260 350 190 300 128', 300, 128, -38],
    ['M402 360C408 250 420 170 452 96', 452, 96, 22],
    ['M406 360C440 280 486 240 548 210', 548, 210, 58],
  ] as const;
  const flowers = stems.flatMap(([d, x, y, turn]) => [
    stroke(d, '#7c6f4a', 5),
    ...[-46, -14, 18, 50].map((step, i) =>
      path(
        `M0 0C-${16 - i} -14 -${12 - i} -40 0 -52C${12 - i} -40 ${16 - i} -14 0 0Z`,
        i % 2 ? '#d9b57a' : '#c79a58',
        `transform="translate(${x - turn * 0.2} ${y + 26}) rotate(${turn + step}) scale(1.15)"`,
      ),
    ),
  ]);
  return [
    shadow(400, FLOOR, 96),
    ...flowers,
    solid(body, colour),
    opening(body, colour, { rim: 6, inside: darken(colour, 0.4) }),
  ].join('');
}

/** A round moon vase. */
export function moonVase(colour: Colour): string {
  const body = turned(400, [
    [276, 62],
    [296, 70],
    [330, 128],
    [390, 184],
    [456, 202],
    [530, 180],
    [590, 124],
    [612, 98],
    [FLOOR, 90],
  ]);
  return [
    shadow(400, FLOOR, 140),
    solid(body, colour, false),
    band(body, 470, FLOOR, darken(colour, 0.3), 'opacity=".55"'),
    band(body, 466, 471, lighten(colour, 0.5), 'opacity=".8"'),
    shade(body),
    glint(body, 0.2, 0.7),
    opening(body, colour, { rim: 9, inside: darken(colour, 0.45) }),
  ].join('');
}
