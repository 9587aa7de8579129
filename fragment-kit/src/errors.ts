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

export function invalidCacheGroup(group: string) {
  return new CompositionError(
    `A cache group must be 1 to 128 printable ASCII characters, but one is ${show(group)}.`,
    { code: 'CACHE_GROUP_INVALID', hint: 'Encode it, for example with encodeURIComponent().' },
  );
}

export function invalidOutboxOption(option: string, expected: string, got: unknown) {
  return new CompositionError(`createOutbox: ${option} must be ${expected}, but is ${show(got)}.`, {
    code: 'OPTION_INVALID',
    hint: `Correct ${option} where createOutbox(…) is called.`,
  });
}

export function invalidOutboxEntry(key: string, expected: string, got: unknown) {
  return new CompositionError(`outbox.add: ${key} must be ${expected}, but is ${show(got)}.`, {
    code: 'OUTBOX_ENTRY_INVALID',
    hint: `Correct ${key} where the change is added; encode names with encodeURIComponent().`,
  });
}

export function outboxOutsideTransaction() {
  return new CompositionError('outbox.add was called outside a transaction.', {
    code: 'OUTBOX_OUTSIDE_TRANSACTION',
    hint: 'Make the change and add it in one: outbox.transaction(() => { …; outbox.add({ … }); }).',
  });
}

export function outboxAsync() {
  return new CompositionError('A transaction of the outbox got a function that is async.', {
    code: 'OUTBOX_ASYNC',
    hint: 'Await what is needed before it, and only read and write the database in it.',
  });
}

export function purgeNotDelivered(composer: string, reason: string) {
  return new CompositionError(
    `The composer ${composer} does not know yet what changed: ${reason}.`,
    {
      code: 'PURGE_NOT_DELIVERED',
      hint: "It is told again until it knows. Check that it runs, and that its fragments.<name>.purgeToken is this service's.",
    },
  );
}

export function projectionFailed(name: string, cause: unknown) {
  return new CompositionError(`The projection "${name}" could not take an event: ${cause}`, {
    code: 'PROJECTION_FAILED',
    hint: 'It tries again with the next change. Correct apply(), or raise its version to have it rebuilt.',
    cause,
  });
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
