/** What all processes know alike: adding it up would mean nothing. */
const ALIKE = /_(?:known|state|info)$/;

/**
 * The metrics of several processes as those of one (Prometheus text format): samples with equal names and labels are added up,
 * of those that every process knows for itself the highest counts.
 */
export function sumMetrics(texts: readonly string[]): string {
  const families = new Map<string, { comments: string[]; samples: Map<string, number> }>();
  for (const text of texts) {
    let family = { comments: [] as string[], samples: new Map<string, number>() };
    for (const line of text.split('\n')) {
      const [, name = ''] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (name !== '') {
        family = families.get(name) ?? { comments: [], samples: new Map() };
        families.set(name, family);
        if (!family.comments.includes(line)) family.comments.push(line);
        continue;
      }
      const end = line.lastIndexOf(' ');
      if (end <= 0) continue;
      const [sample, value] = [line.slice(0, end), Number(line.slice(end + 1))];
      const before = family.samples.get(sample) ?? 0;
      const alike = ALIKE.test(sample.split('{', 1)[0] ?? '');
      family.samples.set(sample, alike ? Math.max(before, value) : before + value);
    }
  }
  const lines = [...families.values()].flatMap(({ comments, samples }) => [
    ...comments,
    ...[...samples].map(([sample, value]) => `${sample} ${value}`),
  ]);
  return `${lines.join('\n')}\n`;
}

/** What never falls: the families that are counters or histograms. */
export function countersOf(text: string): string {
  const families = text.split(/^(?=# HELP )/m);
  return families.filter((family) => /^# TYPE \S+ (?:counter|histogram)$/m.test(family)).join('');
}
