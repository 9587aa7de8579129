import type { Colour } from './colour.ts';
import { enamelMug, espressoCup, mug, tallMug, travelMug } from './cups.ts';
import { bookends, fountainPen, penCup, pencils } from './desk.ts';
import { candle, deskLamp, planter, tableLamp, wallClock } from './home.ts';
import { letterSet, notebook, planner, pocketNotebooks } from './paper.ts';
import { group, scene } from './scene.ts';
import { board, plate, towel, tray } from './table.ts';
import { bowl, budVase, carafe, jar, kettle, moonVase, nestingBowls, teapot } from './vessels.ts';

const DRAWINGS = {
  mug,
  enamelMug,
  tallMug,
  espressoCup,
  travelMug,
  bowl: (colour: Colour) => bowl(colour),
  servingBowl: (colour: Colour) => bowl(colour, 1),
  nestingBowls,
  plate,
  teapot,
  kettle,
  carafe,
  jar,
  board,
  towel,
  tray,
  deskLamp,
  tableLamp,
  candle,
  planter,
  wallClock,
  budVase,
  moonVase,
  notebook,
  pocketNotebooks,
  planner,
  letterSet,
  fountainPen,
  pencils,
  penCup,
  bookends,
} satisfies Record<string, (colour: Colour) => string>;

/** What there are pictures of. */
export type Drawing = keyof typeof DRAWINGS;

/** A product's picture as an SVG file: 800 × 800, the same bytes for the same input. */
export function drawPicture(drawing: Drawing, colour: Colour): string {
  return scene(DRAWINGS[drawing](colour), colour);
}

/** The picture of the home page: a few things on a table, 1600 × 900. */
export function drawStillLife(): string {
  const things = [
    group(tableLamp('#c98a6b'), 'translate(925 60) scale(.98)'),
    group(budVase('#e3d6c2'), 'translate(-140 34) scale(.98)'),
    group(bookends('#3f3a36'), 'translate(560 170) scale(.8)'),
    group(teapot('#5f7f78'), 'translate(124 232) scale(.74)'),
    group(mug('#c9764f'), 'translate(530 356) scale(.62)'),
    group(bowl('#d8b65f'), 'translate(880 372) scale(.6)'),
  ];
  return scene(things.join(''), '#d9b08c', { width: 1600, height: 900 });
}
