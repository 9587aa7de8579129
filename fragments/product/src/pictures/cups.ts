import { type Colour, darken, lighten } from './colour.ts';
import { ellipse, FLOOR, path, shadow, stroke } from './scene.ts';
import { band, disc, glint, opening, shade, solid, turned } from './turned.ts';

const COFFEE: Colour = '#3b2417';

/** A stoneware mug: glazed to a line near the foot, bare clay below. */
export function mug(colour: Colour): string {
  const body = turned(380, [
    [312, 152],
    [470, 154],
    [590, 148],
    [FLOOR, 126],
  ]);
  const clay: Colour = '#c9a988';
  return [
    shadow(380, FLOOR, 140),
    ear('M520 368C640 330 652 560 516 548', colour, 34),
    solid(body, colour),
    band(body, 586, FLOOR, clay),
    band(body, 586, FLOOR, 'url(#round)'),
    band(body, 583, 587, darken(colour, 0.25)),
    glint(body, 0.08, 0.8),
    opening(body, colour, { filling: COFFEE }),
  ].join('');
}

/** An enamel mug: thin wall, dark rolled rim, a few speckles. */
export function enamelMug(colour: Colour): string {
  const body = turned(380, [
    [318, 156],
    [500, 150],
    [600, 144],
    [FLOOR, 134],
  ]);
  const rim = darken(colour, 0.72);
  const speckles = [
    [300, 420, 3],
    [352, 520, 2.4],
    [428, 400, 2],
    [460, 548, 3],
    [282, 566, 2],
    [402, 590, 2.2],
    [476, 446, 2.2],
  ].map(([x = 0, y = 0, r = 0]) => ellipse(x, y, r, r, `${rim}88`));
  return [
    shadow(380, FLOOR, 142),
    ear('M526 384C630 366 636 548 520 548', colour, 22),
    solid(body, colour),
    ...speckles,
    opening(body, rim, { rim: 7, inside: lighten(colour, 0.6) }),
    band(body, 612, FLOOR, `${rim}66`),
  ].join('');
}

/** A tall mug with a band of bare clay around the middle. */
export function tallMug(colour: Colour): string {
  const body = turned(384, [
    [222, 120],
    [400, 126],
    [580, 122],
    [FLOOR, 104],
  ]);
  const pale = lighten(colour, 0.72);
  return [
    shadow(384, FLOOR, 118),
    ear('M500 318C618 296 626 540 496 522', colour, 30),
    solid(body, colour, false),
    band(body, 452, FLOOR, pale),
    band(body, 448, 454, darken(colour, 0.2)),
    shade(body),
    glint(body, 0.06, 0.85),
    opening(body, colour, { filling: '#8a5a34' }),
  ].join('');
}

/** An espresso cup on its saucer. */
export function espressoCup(colour: Colour): string {
  const saucer = turned(400, [
    [560, 250],
    [600, 190],
    [FLOOR, 112],
  ]);
  const cup = turned(386, [
    [372, 128],
    [470, 126],
    [548, 96],
    [580, 66],
  ]);
  return [
    shadow(400, FLOOR, 170),
    solid(saucer, colour, false),
    disc(400, 560, 250, colour),
    ellipse(400, 566, 168, 24, darken(colour, 0.1)),
    ellipse(416, 578, 104, 15, 'url(#contact)'),
    ear('M508 414C590 396 590 520 482 506', colour, 22),
    solid(cup, colour),
    opening(cup, colour, { rim: 8, inside: '#f6f0e6', filling: COFFEE }),
    path('M318 372c30-9 96-12 134 2c-40 10-100 9-134-2z', '#a8703fb0'),
  ].join('');
}

/** A steel travel mug with a coloured sleeve and a lid. */
export function travelMug(colour: Colour): string {
  const body = turned(400, [
    [232, 106],
    [420, 100],
    [600, 88],
    [FLOOR, 82],
  ]);
  const lid = turned(400, [
    [176, 96],
    [214, 112],
    [236, 112],
  ]);
  const steel: Colour = '#c4c6c6';
  return [
    shadow(400, FLOOR, 92),
    solid(body, steel, false),
    band(body, 300, 596, colour),
    shade(body),
    glint(body, 0.1, 0.94),
    solid(lid, '#33302e', false),
    disc(400, 176, 96, '#45413d'),
    ellipse(356, 175, 22, 6, '#171514'),
  ].join('');
}

function ear(d: string, colour: Colour, width: number): string {
  return [
    stroke(d, darken(colour, 0.24), width),
    stroke(d, darken(colour, 0.06), width * 0.66, 'transform="translate(-2 -3)"'),
    stroke(d, lighten(colour, 0.35), width * 0.16, 'transform="translate(-4 -6)" opacity=".7"'),
  ].join('');
}
