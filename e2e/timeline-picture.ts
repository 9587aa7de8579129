/** What a visitor waits for, in milliseconds from the start of the navigation. */
export interface Timeline {
  readonly firstPaintMs: number;
  readonly largestPaintMs: number;
  readonly liveMs: number;
}

const MILESTONES = [
  { of: ({ firstPaintMs }: Timeline) => firstPaintMs, title: 'first paint', color: '#8ecae6' },
  {
    of: ({ largestPaintMs }: Timeline) => largestPaintMs,
    title: 'largest paint',
    color: '#219ebc',
  },
  { of: ({ liveMs }: Timeline) => liveMs, title: 'widget live', color: '#023047' },
] as const;

const WIDTH = 800;
const LEFT = 210;
const RIGHT = 70;
const BAR = 20;
const ROW = BAR * MILESTONES.length + 26;
const TOP = 44;

/** An SVG with a bar for each milestone of each way, on one scale in seconds. */
export function picture(timelines: ReadonlyMap<string, Timeline>): string {
  const longest = Math.max(
    ...[...timelines.values()].flatMap((timeline) => MILESTONES.map(({ of }) => of(timeline))),
  );
  const seconds = Math.ceil(longest / 1000);
  const x = (ms: number) => Math.round(LEFT + (ms / (seconds * 1000)) * (WIDTH - LEFT - RIGHT));
  const height = TOP + timelines.size * ROW + 24;
  const bottom = height - 24;
  const scale = Array.from({ length: seconds + 1 }, (_, second) => {
    const at = x(second * 1000);
    return `<path d="M${at} ${TOP - 8}V${bottom}" stroke="#ddd"/><text x="${at}" y="${bottom + 16}" text-anchor="middle" fill="#555">${second} s</text>`;
  });
  const legend = MILESTONES.map(
    ({ title, color }, i) =>
      `<rect x="${LEFT + i * 150}" y="12" width="14" height="14" fill="${color}"/><text x="${LEFT + i * 150 + 20}" y="24">${title}</text>`,
  );
  const rows = [...timelines].map(([way, timeline], row) => {
    const top = TOP + row * ROW;
    const bars = MILESTONES.map(({ of, color }, i) => {
      const end = x(of(timeline));
      const y = top + i * BAR;
      return `<rect x="${LEFT}" y="${y}" width="${end - LEFT}" height="${BAR - 4}" fill="${color}"/><text x="${end + 6}" y="${y + 13}">${(of(timeline) / 1000).toFixed(2)} s</text>`;
    });
    const middle = top + (BAR * MILESTONES.length) / 2 + 3;
    return `<text x="${LEFT - 12}" y="${middle}" text-anchor="end">${way}</text>${bars.join('')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13"><title>From the start of the navigation</title><rect width="100%" height="100%" fill="#fff"/>${[...scale, ...legend, ...rows].join('')}</svg>\n`;
}
