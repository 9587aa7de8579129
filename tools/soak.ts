import { parseArgs } from 'node:util';
import { growth, soak } from '../composer-server/test/soak.ts';

// `pnpm soak --minutes 5`: visits a composer for that long, and says whether its memory and handles stay flat.

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 10_000)) {
  console.error(`--minutes must be a number above 0, up to 10000, but is "${values.minutes}".`);
  process.exit(1);
}
const result = await soak(minutes, ({ minutes: at, rssMiB, heapMiB, handles, visits }) => {
  console.log(
    `${at} min: RSS ${rssMiB} MiB, heap ${heapMiB} MiB, ${handles} handles, ${visits} visits`,
  );
});
const problems = growth(result);
console.log(problems.length > 0 ? problems.join('\n') : 'flat');
process.exit(problems.length > 0 ? 1 : 0);
