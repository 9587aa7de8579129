import { CompositionError, type ManifestProblem } from '@tessera/contract';

export function invalidFragment(fragment: string, key: string, expected: string, got: unknown) {
  return new CompositionError(
    `Fragment "${fragment}": ${key} must be ${expected}, but is ${show(got)}.`,
    { code: 'FRAGMENT_INVALID', hint: "Correct it in the fragment's defineFragment({ … })." },
  );
}

export function invalidManifest(fragment: string, problems: readonly ManifestProblem[]) {
  const lines = problems.map(
    ({ path, expected, got }) => `${path} must be ${expected}, but is ${show(got)}`,
  );
  return new CompositionError(`Fragment "${fragment}": ${lines.join('; ')}.`, {
    code: 'FRAGMENT_INVALID',
    hint: "Correct it in the fragment's defineFragment({ … }).",
  });
}

export function invalidServeOption(option: string, expected: string, got: unknown) {
  return new CompositionError(
    `serveFragments: ${option} must be ${expected}, but is ${show(got)}.`,
    { code: 'OPTION_INVALID', hint: `Correct ${option} where serveFragments(…) is called.` },
  );
}

export function invalidPresetOption(option: string, expected: string, got: unknown) {
  return new CompositionError(
    `fragmentPreset: ${option} must be ${expected}, but is ${show(got)}.`,
    { code: 'OPTION_INVALID', hint: `Correct ${option} in vite.config.ts.` },
  );
}

export function buildMissing(fragment: string, file: string, cause: unknown) {
  return new CompositionError(`Fragment "${fragment}" is not built: ${file} cannot be read.`, {
    code: 'FRAGMENT_NOT_BUILT',
    hint: 'Run "vite build" (and "vite build --ssr" for a component that the server renders) in its folder.',
    cause,
  });
}

export function fileMissing(fragment: string, key: string, file: string, cause: unknown) {
  return new CompositionError(`Fragment "${fragment}": ${key} names ${file}, which is not there.`, {
    code: 'FRAGMENT_FILE_MISSING',
    hint: `Create the file, or correct ${key} in defineFragment({ … }).`,
    cause,
  });
}

export function portInUse(host: string, port: number, cause: unknown) {
  return new CompositionError(`Port ${port} on ${host} is in use.`, {
    code: 'PORT_IN_USE',
    hint: 'Stop what listens there, or choose another port: set PORT, or "port" in serveFragments(…, { port }).',
    cause,
  });
}

export function invalidCacheGroup(fragment: string, group: string) {
  return new CompositionError(
    `Fragment "${fragment}": the cache group ${show(group)} has characters outside printable ASCII.`,
    { code: 'CACHE_GROUP_INVALID', hint: 'Encode it, for example with encodeURIComponent().' },
  );
}

export function noServerComponent(file: string) {
  return new CompositionError(`${file} has no default export to render.`, {
    code: 'COMPONENT_MISSING',
    hint: 'Export the component as default from the file that "server" names in vite.config.ts.',
  });
}

export function entryNotInBuild(entry: string) {
  return new CompositionError(`The build has no chunk for ${entry}.`, {
    code: 'REMOTE_INCOMPLETE',
    hint: 'Let "widget" in vite.config.ts name the file that exports mount().',
  });
}

function show(value: unknown): string {
  if (value === undefined) return 'not set';
  if (typeof value === 'number' || typeof value === 'function') return String(value);
  return JSON.stringify(value) ?? String(value);
}
