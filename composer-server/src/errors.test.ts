import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

test('docs/errors.md lists every error code, and no other', () => {
  const sources = globSync('{contract,composer-server,fragment-kit,shell}/src/**/*.ts', {
    cwd: root,
  });
  const used = sources
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(new URL(file, root), 'utf8').matchAll(
        /(?:\bcode:|\breturn|[?:]) '([A-Z]+_[A-Z_]+)'/g,
      ),
    ])
    .map(([, code]) => code);
  const docs = readFileSync(new URL('docs/errors.md', root), 'utf8');
  const listed = [...docs.matchAll(/^\| `([A-Z_]+)`\s*\|/gm)].map(([, code]) => code);
  expect(listed.toSorted()).toEqual([...new Set(used)].toSorted());
});
