import { type Colour, darken, lighten } from './colour.ts';
import { ellipse, FLOOR, group, path, shadow, stroke } from './scene.ts';
import { band, glint, opening, shade, solid, turned } from './turned.ts';

/** A fountain pen, its cap beside it. */
export function fountainPen(colour: Colour): string {
  const barrel =
    'M-240 -30C-262 -28 -272 -12 -272 0C-272 12 -262 28 -240 30L96 34L150 24V-24L96 -34Z';
  const nib = 'M150 -20C200 -18 236 -8 262 0C236 8 200 18 150 20Z';
  const cap = 'M-130 -36C-146 -34 -152 -14 -152 0C-152 14 -146 34 -130 36L112 40V-40Z';
  const pen = [
    path(barrel, colour),
    path('M88 -34h16v68h-16z', '#c39a53'),
    path('M104 -33L150 -24V24L104 33Z', darken(colour, 0.6)),
    path(barrel, 'url(#ground)'),
    path('M-236 -20L84 -24V-12L-240 -8Z', '#ffffff', 'opacity=".45"'),
    path(nib, '#d9b365'),
    path(nib, 'url(#ground)'),
    stroke('M186 0H256', '#7a5b21', 3),
    ellipse(186, 0, 5, 5, '#5b4318'),
  ].join('');
  const lid = [
    path(cap, colour),
    path('M92 -40h20v80h-20z', '#c39a53'),
    path(cap, 'url(#ground)'),
    path('M-126 -26L90 -28V-14L-130 -12Z', '#ffffff', 'opacity=".45"'),
    stroke('M-140 -4H60', '#c39a53', 13),
    stroke('M-136 -8H56', '#f0dcae', 3),
    ellipse(62, -4, 9, 9, '#c39a53'),
  ].join('');
  return [
    group(
      ellipse(10, 34, 320, 60, 'url(#contact)') + pen,
      'translate(400 450) rotate(-32) scale(1.12)',
    ),
    group(
      ellipse(0, 38, 180, 52, 'url(#contact)') + lid,
      'translate(290 270) rotate(-32) scale(1.02)',
    ),
  ].join('');
}

/** A set of six pencils, from the colour to its lightest tone. */
export function pencils(colour: Colour): string {
  const all = [0, 0.16, 0.32, 0.46, 0.6, 0.74].map((light, i) => {
    const paint = lighten(colour, light);
    const x = 190 + i * 72;
    const top = 210 + Math.abs(i - 2.5) * 12;
    const pencil = [
      path(`M${x + 10} ${top + 20}h56v450h-56z`, 'url(#contact)', 'opacity=".5"'),
      path(`M${x} ${top}h56v430h-56z`, paint),
      path(`M${x} ${top}h16v430h-16z`, '#ffffff', 'opacity=".35"'),
      path(`M${x + 40} ${top}h16v430h-16z`, darken(paint, 0.4), 'opacity=".4"'),
      path(`M${x} ${top}q8 -16 14 0q14 -18 28 0q8 -16 14 0L${x + 36} ${top - 84}h-16z`, '#e6c79c'),
      path(`M${x + 20} ${top - 84}h16l-8 -34z`, darken(paint, 0.25)),
      path(`M${x} ${top + 396}h56v20h-56z`, '#c39a53'),
      path(`M${x} ${top + 416}h56v18q-28 12 -56 0z`, darken(paint, 0.5)),
    ];
    return pencil.join('');
  });
  return group(all.join(''), 'rotate(-8 400 400)');
}

/** A cup for pens, filled. */
export function penCup(colour: Colour): string {
  const cup = turned(400, [
    [370, 112],
    [500, 112],
    [600, 112],
    [FLOOR, 106],
  ]);
  const tools = [
    [340, -14, '#cf6b4a'],
    [378, -5, '#3f5d52'],
    [414, 4, '#d8a84a'],
    [452, 13, '#3d4c6b'],
  ] as const;
  const sticks = tools.map(([x, turn, paint], i) => {
    const y = [196, 160, 206, 176][i] ?? 180;
    const body = [
      path(`M${x - 13} ${y}h26V420h-26z`, paint),
      path(`M${x - 13} ${y}h8V420h-8z`, '#ffffff', 'opacity=".35"'),
      path(`M${x - 13} ${y}L${x - 4} ${y - 40}h8L${x + 13} ${y}z`, '#e6c79c'),
      path(`M${x - 4} ${y - 40}h8l-4 -16z`, darken(paint, 0.3)),
    ];
    return group(body.join(''), `rotate(${turn} ${x} 420)`);
  });
  return [
    shadow(400, FLOOR, 116),
    opening(cup, colour, { rim: 10, inside: darken(colour, 0.5) }),
    ...sticks,
    solid(cup, colour, false),
    band(cup, 470, FLOOR, darken(colour, 0.24), 'opacity=".6"'),
    shade(cup),
    glint(cup, 0.06, 0.9),
  ].join('');
}

/** Two bookends of bent steel holding four books. */
export function bookends(colour: Colour): string {
  const books = [
    [262, 60, 330, '#7d8f83'],
    [322, 46, 290, '#d9c29a'],
    [368, 70, 360, '#a85a43'],
    [438, 52, 310, '#46556e'],
  ] as const;
  const spines = books.map(([x, width, height, paint]) =>
    [
      path(`M${x} ${FLOOR - height}h${width}v${height}h-${width}z`, paint),
      path(`M${x} ${FLOOR - height}h${width}v${height}h-${width}z`, 'url(#round)', 'opacity=".8"'),
      path(
        `M${x + 8} ${FLOOR - height + 40}h${width - 16}v6h-${width - 16}zM${x + 8} ${FLOOR - 60}h${width - 16}v6h-${width - 16}z`,
        '#f4e6c8',
        'opacity=".8"',
      ),
    ].join(''),
  );
  const end = (x: number, mirror: string) =>
    group(
      path('M0 630V420Q0 404 16 404H30Q46 404 46 420V602H150V630Z', darken(colour, 0.12)) +
        path('M0 630V420Q0 404 16 404H26V630Z', lighten(colour, 0.2)) +
        path('M0 618H150V630H0Z', darken(colour, 0.4)),
      `translate(${x} 0)${mirror}`,
    );
  return [shadow(390, FLOOR, 230), end(536, ' scale(-1 1)'), end(216, ''), ...spines].join('');
}
