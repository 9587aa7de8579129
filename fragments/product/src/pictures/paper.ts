import { type Colour, darken, lighten, mix } from './colour.ts';
import { ellipse, group, path, stroke } from './scene.ts';

/** A notebook bound in linen, with an elastic band and a ribbon. */
export function notebook(colour: Colour): string {
  const book = [
    rect(226, 166, 370, 496, 16, darken(colour, 0.45)),
    rect(222, 162, 366, 488, 12, '#f5efe2'),
    ...[0, 1, 2, 3].map((i) =>
      path(
        `M580 ${170 + i}v480`,
        'none',
        `stroke="#cdbfa8" stroke-width="1" transform="translate(${i * 2.4} 0)"`,
      ),
    ),
    rect(206, 150, 370, 496, 14, colour),
    rect(206, 150, 370, 496, 14, 'url(#face)'),
    path(
      'M206 164a14 14 0 0 1 14-14h32v496h-32a14 14 0 0 1-14-14z',
      darken(colour, 0.2),
      'opacity=".7"',
    ),
    path('M252 150h5v496h-5z', lighten(colour, 0.4), 'opacity=".3"'),
    path('M522 150h17v496h-17z', darken(colour, 0.55)),
    path('M522 150h4v496h-4z', lighten(colour, 0.4), 'opacity=".25"'),
    rect(312, 250, 160, 84, 4, '#f7f1e4'),
    stroke('M336 284h112M336 306h72', '#65584a', 4),
    path('M420 646h20v62l-10-14l-10 14z', '#b4492f'),
  ].join('');
  return softShadow(430, 420, 250, 330) + group(book, 'rotate(-5 400 400)');
}

/** Three pocket notebooks, fanned. */
export function pocketNotebooks(colour: Colour): string {
  const covers = [lighten(colour, 0.62), mix(colour, '#e8d9bf', 0.4), colour];
  const books = covers.map((cover, i) =>
    group(
      [
        rect(262, 202, 280, 400, 10, 'url(#contact)'),
        rect(256, 196, 280, 400, 10, cover),
        rect(256, 196, 280, 400, 10, 'url(#face)'),
        stroke('M262 300v14M262 390v14M262 480v14', '#8f8577', 4),
        rect(316, 262, 160, 8, 2, darken(cover, 0.5)),
        rect(316, 284, 96, 8, 2, darken(cover, 0.5)),
      ].join(''),
      `rotate(${-16 + i * 15} 396 700)`,
    ),
  );
  return softShadow(430, 440, 270, 280) + books.join('');
}

/** A week planner with a wire binding. */
export function planner(colour: Colour): string {
  const days = Array.from({ length: 7 }, (_, i) => {
    const y = 300 + i * 45;
    const done = i < 3 ? stroke(`M190 ${y}l8 9l15-19`, colour, 5) : '';
    const line = stroke(
      `M250 ${y + 2}h${[260, 180, 300, 220, 280, 130, 90][i] ?? 200}`,
      i < 3 ? '#b9ae9d' : '#dcd3c3',
      5,
    );
    return rect(186, y - 13, 28, 28, 5, '#efe8da') + done + line;
  });
  const wires = Array.from({ length: 17 }, (_, i) => {
    const x = 162 + i * 30;
    return `${ellipse(x, 186, 6, 6, '#5c534a')}${stroke(`M${x} 186C${x - 3} 150 ${x + 14} 150 ${x + 9} 182`, '#3b3733', 5)}`;
  });
  const sheet = [
    rect(136, 162, 536, 474, 12, darken(colour, 0.2)),
    rect(132, 160, 536, 466, 12, '#fdfaf3'),
    path('M132 250V172a12 12 0 0 1 12-12h512a12 12 0 0 1 12 12v78z', colour),
    rect(186, 214, 190, 14, 4, '#ffffffd0'),
    rect(560, 214, 70, 14, 4, '#ffffff80'),
    ...days,
    ...wires,
  ].join('');
  return softShadow(430, 430, 330, 300) + group(sheet, 'rotate(3 400 400)');
}

/** Envelopes and sheets, tied with twine. */
export function letterSet(colour: Colour): string {
  const sheet = group(
    rect(240, 140, 330, 430, 6, '#fffcf5') +
      [220, 256, 292, 328]
        .map((y, i) => stroke(`M284 ${y}h${[230, 210, 236, 130][i] ?? 200}`, '#cfc3b0', 5))
        .join('') +
      stroke('M284 176h90', colour, 8),
    'rotate(7 400 400)',
  );
  const envelope = [
    rect(148, 344, 504, 312, 10, darken(colour, 0.3)),
    rect(144, 340, 504, 310, 10, colour),
    path(
      'M144 350L396 520L648 350V640a10 10 0 0 1-10 10H154a10 10 0 0 1-10-10z',
      lighten(colour, 0.12),
    ),
    path('M150 346Q396 590 642 346Q650 340 640 340H152Q142 340 150 346Z', darken(colour, 0.14)),
    path('M150 346Q396 566 642 346Q650 340 640 340H152Q142 340 150 346Z', lighten(colour, 0.22)),
    ellipse(396, 476, 38, 36, '#9d3b2a'),
    ellipse(396, 476, 28, 26, '#b54a36'),
    stroke('M384 478q12-22 24-2q-10 14-24 2', '#e9b7a6', 4),
  ].join('');
  return softShadow(430, 460, 320, 270) + sheet + group(envelope, 'rotate(-4 400 490)');
}

/** The shadow of something that lies flat. */
function softShadow(x: number, y: number, rx: number, ry: number): string {
  return ellipse(x, y + 20, rx * 1.3, ry * 1.25, 'url(#shadow)');
}

function rect(x: number, y: number, w: number, h: number, r: number, fill: string): string {
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}" fill="${fill}"/>`;
}
