import { type Colour, mix } from './colour.ts';

/** Every picture is drawn on a square of this many units; things stand on `FLOOR`. */
export const SIZE = 800;
export const FLOOR = 630;

/** A whole picture: `body` before a seamless backdrop that takes a little of the product's colour. */
export function scene(body: string, tint: Colour, { width = SIZE, height = SIZE } = {}): string {
  const wall = mix(tint, '#f4efe7', 0.88);
  const floor = mix(tint, '#e6ddd0', 0.86);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<defs>${GRADIENTS}
<linearGradient id="wall" x1="0" y1="0" x2="0" y2="1"><stop stop-color="${mix(wall, '#ffffff', 0.35)}"/><stop offset=".62" stop-color="${wall}"/><stop offset=".8" stop-color="${floor}"/><stop offset="1" stop-color="${mix(floor, '#ffffff', 0.3)}"/></linearGradient>
<radialGradient id="window" cx=".28" cy=".2" r=".8"><stop stop-color="#fff" stop-opacity=".75"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>
<rect width="${width}" height="${height}" fill="url(#wall)"/><rect width="${width}" height="${height}" fill="url(#window)"/>
${body}
</svg>`;
}

/** The shadow of something that stands at `x`, `y` with the half width `radius`; light comes from the left. */
export function shadow(x: number, y: number, radius: number): string {
  const soft = ellipse(x + radius * 0.34, y + 4, radius * 1.5, radius * 0.34, 'url(#shadow)');
  return soft + ellipse(x + radius * 0.04, y, radius * 1.08, radius * 0.2, 'url(#contact)');
}

export function ellipse(x: number, y: number, rx: number, ry: number, fill: string): string {
  return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"/>`;
}

export function path(d: string, fill: string, more = ''): string {
  return `<path d="${d}" fill="${fill}"${more && ` ${more}`}/>`;
}

/** A line with round ends. */
export function stroke(d: string, colour: string, width: number, more = ''): string {
  const rest = more && ` ${more}`;
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round"${rest}/>`;
}

export function group(body: string, transform: string): string {
  return `<g transform="${transform}">${body}</g>`;
}

/** A number as short as a picture needs it. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

// Each is relative to the shape that it fills (objectBoundingBox), so that all things share them.
const GRADIENTS = [
  across('round', [
    [0, '#1d1410', 0.3],
    [0.1, '#1d1410', 0.1],
    [0.27, '#fff', 0.26],
    [0.46, '#fff', 0.02],
    [0.72, '#1d1410', 0.1],
    [1, '#1d1410', 0.42],
  ]),
  across('inside', [
    [0, '#1d1410', 0.42],
    [0.55, '#1d1410', 0.16],
    [1, '#fff', 0.22],
  ]),
  across('rim', [
    [0, '#fff', 0.1],
    [0.3, '#fff', 0.55],
    [1, '#1d1410', 0.1],
  ]),
  down('ground', [
    [0.6, '#1d1410', 0],
    [1, '#1d1410', 0.26],
  ]),
  down('glint', [
    [0, '#fff', 0],
    [0.25, '#fff', 0.6],
    [0.7, '#fff', 0.28],
    [1, '#fff', 0],
  ]),
  down('glow', [
    [0, '#ffe7b0', 0.85],
    [1, '#ffe7b0', 0],
  ]),
  `<linearGradient id="face" x1="0" y1="0" x2="1" y2="1">${stops([
    [0, '#fff', 0.22],
    [0.5, '#fff', 0],
    [1, '#1d1410', 0.2],
  ])}</linearGradient>`,
  `<radialGradient id="shadow">${stops([
    [0, '#2a1c12', 0.34],
    [0.5, '#2a1c12', 0.16],
    [1, '#2a1c12', 0],
  ])}</radialGradient>`,
  `<radialGradient id="contact">${stops([
    [0, '#2a1c12', 0.5],
    [0.75, '#2a1c12', 0.38],
    [1, '#2a1c12', 0],
  ])}</radialGradient>`,
  `<radialGradient id="halo">${stops([
    [0, '#fff3cf', 0.95],
    [0.35, '#ffe3a1', 0.45],
    [1, '#ffe3a1', 0],
  ])}</radialGradient>`,
].join('');

type Stop = readonly [offset: number, colour: string, opacity: number];

function across(id: string, list: Stop[]): string {
  return `<linearGradient id="${id}">${stops(list)}</linearGradient>`;
}

function down(id: string, list: Stop[]): string {
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops(list)}</linearGradient>`;
}

function stops(list: Stop[]): string {
  return list
    .map(
      ([offset, colour, opacity]) =>
        `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
    )
    .join('');
}
