/**
 * The coding that a visitor likes best of those offered (RFC 9110 §12.5.3), which stand in our own order of preference;
 * undefined for the bytes as they are: they are wanted more, nothing is accepted, or nothing was said.
 */
export function preferredCoding<C extends string>(
  accept: string | undefined,
  offered: readonly C[],
): C | undefined {
  if (accept === undefined) return undefined;
  const weights = weightsOf(accept);
  const other = weights.get('*');
  // Without being named, the bytes as they are are acceptable, but nobody's first choice.
  const asTheyAre = weights.get('identity') ?? 0;
  let best: C | undefined;
  let bestWeight = 0;
  for (const coding of offered) {
    const weight = weights.get(coding) ?? other ?? 0;
    if (weight > bestWeight && weight >= asTheyAre) [best, bestWeight] = [coding, weight];
  }
  return best;
}

/** The weight of each coding that is named. */
function weightsOf(accept: string): ReadonlyMap<string, number> {
  const known = KNOWN.get(accept);
  if (known) return known;
  const weights = new Map<string, number>();
  for (const member of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim());
    // Space does not belong beside the `=` (RFC 9110 §5.6.6), but who writes it there means the same.
    const weighted = parameters.map((parameter) =>
      parameter.split(/=(.*)/, 2).map((part) => part.trim()),
    );
    const [, q = '1'] = weighted.find(([key]) => key === 'q') ?? [];
    const coding = name === 'x-gzip' ? 'gzip' : name;
    // What is no weight is none: then it is not wanted.
    const weight = /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q) ? Number(q) : 0;
    if (coding !== '' && !weights.has(coding)) weights.set(coding, weight);
  }
  if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
  if (accept.length <= MAX_KNOWN_LENGTH) KNOWN.set(accept, weights);
  return weights;
}

/** What was read before: browsers send few different values. Reading one takes a page from memory 1 µs of its 25. */
const KNOWN = new Map<string, ReadonlyMap<string, number>>();
const MAX_KNOWN = 100;
const MAX_KNOWN_LENGTH = 200;
