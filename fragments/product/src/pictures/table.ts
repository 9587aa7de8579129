import { type Colour, darken, lighten, mix } from './colour.ts';
import { ellipse, FLOOR, path, shadow, stroke } from './scene.ts';

/** A plate, seen from above. */
export function plate(colour: Colour): string {
  return [
    ellipse(424, 436, 292, 292, 'url(#contact)'),
    ellipse(400, 400, 268, 268, colour),
    ellipse(400, 400, 268, 268, 'url(#face)'),
    ellipse(400, 400, 256, 256, lighten(colour, 0.18)),
    ellipse(406, 408, 184, 184, darken(colour, 0.16)),
    ellipse(400, 400, 184, 184, lighten(colour, 0.1)),
    ellipse(400, 400, 184, 184, 'url(#face)'),
    path('M190 330C220 240 290 186 380 172C300 214 240 270 216 356Z', '#ffffff', 'opacity=".5"'),
    path('M270 350C290 300 330 268 384 258C336 286 304 320 290 366Z', '#ffffff', 'opacity=".35"'),
  ].join('');
}

/** A board of wood with a handle, leaning on the wall. */
export function board(colour: Colour): string {
  const outline =
    'M262 620C250 620 240 610 241 596L268 300C272 268 296 254 326 252C352 250 362 236 364 212L368 160C372 108 446 108 450 160L454 212C456 236 466 250 492 252C522 254 546 268 550 300L577 596C578 610 568 620 556 620Z';
  const grain = [
    [300, 12],
    [352, -6],
    [398, 8],
    [446, -10],
    [500, 10],
  ].map(([x = 0, bend = 0]) =>
    stroke(
      `M${x} ${x > 380 && x < 420 ? 230 : 280}C${x + bend} 380 ${x - bend} 480 ${x + bend} 612`,
      darken(colour, 0.4),
      3,
      'opacity=".3"',
    ),
  );
  return [
    shadow(420, FLOOR - 4, 196),
    path(outline, darken(colour, 0.35), 'transform="translate(12 5)"'),
    path(outline, colour),
    ...grain,
    path(outline, 'url(#face)'),
    ellipse(409, 166, 19, 19, darken(colour, 0.65)),
    ellipse(411, 168, 15, 15, '#efe7da'),
    stroke('M409 150C380 90 440 60 432 116', '#8a6a4a', 6),
  ].join('');
}

/** A folded linen towel with stripes. */
export function towel(colour: Colour): string {
  const cloth = lighten(colour, 0.78);
  const layers = [0, 1, 2].map((i) => {
    const y = 560 - i * 52;
    const front = `M150 ${y}Q146 ${y + 48} 162 ${y + 56}L640 ${y + 56}Q658 ${y + 48} 650 ${y}Z`;
    return path(front, mix(cloth, colour, 0.08 * (2 - i))) + path(front, 'url(#ground)');
  });
  const top =
    'M150 456L236 330Q240 322 252 322L560 322Q570 322 574 330L650 456Q652 464 640 464L162 464Q148 464 150 456Z';
  const stripe = (left: number, width: number) =>
    path(
      `M${400 + (left - 400) * 1.46} 464L${400 + (left - 400)} 322H${400 + (left + width - 400)}L${400 + (left + width - 400) * 1.46} 464V612H${400 + (left - 400) * 1.46}Z`,
      colour,
      'opacity=".86"',
    );
  return [
    shadow(400, 618, 262),
    ...layers,
    path(top, cloth),
    stripe(276, 16),
    stripe(304, 34),
    stripe(350, 16),
    path(top, 'url(#face)'),
    stroke('M152 462H648M150 514H650M152 566H648', darken(colour, 0.3), 2.5, 'opacity=".28"'),
    stroke('M560 612C566 640 612 640 610 612', '#b59a76', 7),
  ].join('');
}

/** A tray of bent wood with two grips. */
export function tray(colour: Colour): string {
  return [
    shadow(400, 560, 300),
    path('M96 470A304 128 0 0 0 704 470L690 520A290 120 0 0 1 110 520Z', darken(colour, 0.3)),
    path('M96 470A304 128 0 0 0 704 470L690 520A290 120 0 0 1 110 520Z', 'url(#round)'),
    ellipse(400, 470, 304, 128, lighten(colour, 0.1)),
    ellipse(400, 470, 304, 128, 'url(#rim)'),
    ellipse(400, 480, 286, 112, darken(colour, 0.24)),
    ellipse(400, 486, 280, 104, colour),
    ...[-70, -34, 0, 36, 72].map((y) =>
      stroke(
        `M${160 + Math.abs(y) * 1.3} ${484 + y}Q400 ${470 + y} ${640 - Math.abs(y) * 1.3} ${484 + y}`,
        darken(colour, 0.4),
        2.5,
        'opacity=".28"',
      ),
    ),
    ellipse(400, 486, 280, 104, 'url(#face)'),
    stroke('M118 430C96 360 180 340 214 384', '#6d4a2c', 14),
    stroke('M682 430C704 360 620 340 586 384', '#6d4a2c', 14),
  ].join('');
}
