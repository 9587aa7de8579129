import { type Colour, darken, lighten, mix } from './colour.ts';
import { ellipse, FLOOR, path, shadow, stroke } from './scene.ts';
import { band, disc, glint, opening, shade, solid, turned } from './turned.ts';

const BRASS: Colour = '#c39a53';

/** A desk lamp with a jointed arm. */
export function deskLamp(colour: Colour): string {
  const base = turned(430, [
    [600, 110],
    [612, 122],
    [FLOOR, 122],
  ]);
  const shadeOutline =
    'M218 214L322 152C372 190 420 262 422 318C352 400 236 430 170 396C160 330 182 258 218 214Z';
  return [
    path(
      'M176 402C110 470 90 560 84 640L430 640C440 540 440 420 424 322Z',
      'url(#glow)',
      'opacity=".38"',
    ),
    shadow(430, FLOOR, 126),
    solid(base, colour, false),
    disc(430, 600, 110, colour),
    stroke('M446 596L562 372L322 176', '#2f2b29', 17),
    stroke('M446 596L562 372L322 176', '#6d6660', 5, 'transform="translate(-4 -3)"'),
    ellipse(562, 372, 19, 19, BRASS),
    ellipse(557, 366, 7, 6, '#f0d9a6'),
    ellipse(446, 594, 20, 10, BRASS),
    path(
      'M170 396C236 430 352 400 422 318C404 300 330 330 270 352C220 372 180 380 170 396Z',
      '#fff0c4',
    ),
    ellipse(300, 368, 40, 26, '#ffffff'),
    path(shadeOutline, colour),
    path(shadeOutline, 'url(#face)'),
    path('M226 232L300 186C262 230 216 300 204 372C186 330 196 270 226 232Z', '#ffffff55'),
    path(
      'M170 396C236 430 352 400 422 318',
      'none',
      `stroke="${darken(colour, 0.3)}" stroke-width="6"`,
    ),
  ].join('');
}

/** A table lamp with a dome of opal glass. */
export function tableLamp(colour: Colour): string {
  const foot = turned(400, [
    [404, 44],
    [520, 34],
    [590, 62],
    [FLOOR, 128],
  ]);
  const dome = turned(400, [
    [176, 20],
    [188, 96],
    [240, 178],
    [320, 226],
    [396, 236],
  ]);
  return [
    ellipse(400, 330, 390, 320, 'url(#halo)'),
    shadow(400, FLOOR, 134),
    solid(foot, colour),
    ellipse(400, 398, 236, 35, '#fff6dc'),
    ellipse(400, 402, 150, 20, '#ffffff'),
    band(dome, 176, 396, mix(colour, '#fff4dd', 0.72)),
    band(dome, 176, 396, 'url(#round)', 'opacity=".45"'),
    band(dome, 300, 396, 'url(#glow)', 'opacity=".8" transform="rotate(180 400 348)"'),
    glint(dome, 0.15, 0.8),
  ].join('');
}

/** A candle that burns in a glass. */
export function candle(colour: Colour): string {
  const glass = turned(400, [
    [362, 122],
    [560, 122],
    [612, 120],
    [FLOOR, 106],
  ]);
  return [
    ellipse(400, 330, 260, 220, 'url(#halo)'),
    shadow(400, FLOOR, 116),
    band(glass, 362, FLOOR, lighten(colour, 0.5), 'opacity=".5"'),
    band(glass, 420, FLOOR - 12, colour),
    disc(400, 420, 116, lighten(colour, 0.25)),
    ellipse(400, 420, 62, 9, '#fff1c9'),
    stroke('M400 420C398 404 402 396 400 384', '#3a2c22', 5),
    path('M400 392C366 366 386 330 402 290C420 330 436 366 400 392Z', '#ffb84d'),
    path('M400 390C384 372 392 350 402 328C412 350 418 374 400 390Z', '#fff3c4'),
    shade(glass),
    glint(glass, 0.05, 0.9),
    path('M338 500q62 17 124 0v70q-62 17-124 0z', '#fbf7ee'),
    stroke('M360 530q40 10 80 0M374 550q26 7 52 0', '#6a5646', 3.5),
    path(
      'M278 362a122 18.3 0 0 0 244 0a122 18.3 0 0 0 -244 0',
      'none',
      'stroke="#ffffffb0" stroke-width="4"',
    ),
  ].join('');
}

/** A plant in its pot. */
export function planter(colour: Colour): string {
  const pot = turned(400, [
    [430, 140],
    [470, 140],
    [600, 112],
    [FLOOR, 102],
  ]);
  const leaves = [-74, 74, -50, 52, -28, 30, -8, 10].map((turn, i) => {
    const green = (['#35563f', '#3f6649', '#4c7a56', '#5d8d63'] as const)[i % 4] ?? '#3f6649';
    const reach = 300 - Math.abs(turn) * 0.9;
    const leaf = `M0 0C-58 -${reach * 0.3} -46 -${reach * 0.8} 0 -${reach}C46 -${reach * 0.8} 58 -${reach * 0.3} 0 0Z`;
    const vein = stroke(`M0 -20L0 -${reach - 30}`, '#ffffff', 3, 'opacity=".28"');
    const half = path(
      `M0 0C58 -${reach * 0.3} 46 -${reach * 0.8} 0 -${reach}Z`,
      '#12241a',
      'opacity=".16"',
    );
    return `<g transform="translate(400 434) rotate(${turn})">${path(leaf, green)}${half}${vein}</g>`;
  });
  return [
    shadow(400, FLOOR, 112),
    opening(pot, colour, { rim: 12, inside: '#3d2c20' }),
    ...leaves,
    // The front of the rim hides where the stems begin.
    solid(pot, colour, false),
    band(pot, 430, 470, lighten(colour, 0.1)),
    band(pot, 430, 472, 'url(#round)', 'opacity=".6"'),
    band(pot, 470, 475, darken(colour, 0.4), 'opacity=".6"'),
  ].join('');
}

/** A wall clock, ten past ten. */
export function wallClock(colour: Colour): string {
  const marks = Array.from({ length: 12 }, (_, hour) =>
    path(
      'M-3 -186h6v22h-6z',
      hour % 3 ? '#6b6258' : '#2c2825',
      `transform="translate(400 390) rotate(${hour * 30})${hour % 3 ? '' : ' scale(1.06)'}"`,
    ),
  );
  return [
    ellipse(424, 424, 262, 262, 'url(#contact)'),
    ellipse(400, 390, 244, 244, colour),
    ellipse(400, 390, 244, 244, 'url(#face)'),
    ellipse(400, 390, 216, 216, darken(colour, 0.35)),
    ellipse(400, 392, 212, 212, '#fbf8f1'),
    ...marks,
    stroke('M400 390L302 318', '#2c2825', 13),
    stroke('M400 390L512 268', '#2c2825', 9),
    stroke('M400 390L392 560', colour, 4),
    ellipse(400, 390, 13, 13, colour),
    ellipse(400, 390, 5, 5, '#fbf8f1'),
    path('M210 330C236 240 310 184 400 180C330 230 262 280 224 372Z', '#ffffff', 'opacity=".4"'),
  ].join('');
}
