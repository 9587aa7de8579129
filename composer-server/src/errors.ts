import { CompositionError, type ManifestProblem } from '@tessera/contract';

// Every error of the composer, one function each. Codes are permanent; docs/errors.md lists them all.

/** What a value looks like in a message: JSON, shortened. */
function show(value: unknown): string {
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'nothing');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

// Configuration

export function invalidOption(path: string, expected: string, got: unknown) {
  return new CompositionError(`Option "${path}" must be ${expected}, but is ${show(got)}.`, {
    code: 'OPTION_INVALID',
    hint: `Correct "${path}" in the configuration.`,
  });
}

export function unknownOption(path: string, known: readonly string[]) {
  return new CompositionError(`Option "${path}" is unknown.`, {
    code: 'OPTION_UNKNOWN',
    hint: `Known here: ${known.join(', ')}.`,
  });
}

/** The same mistake, with the name of the file that it is in. */
export function inFile(file: string, { message, code, hint, cause }: CompositionError) {
  const more = hint === undefined ? {} : { hint };
  return new CompositionError(`${file}: ${message}`, { code, ...more, cause });
}

/** `place` is the file, with line and column where they are known. */
export function configUnreadable(place: string, reason: string, cause?: unknown) {
  return new CompositionError(`${place}: The configuration cannot be read: ${reason}`, {
    code: 'CONFIG_UNREADABLE',
    hint: 'Give a .ts, .mjs, .js or .json file that exports (by default) one configuration object.',
    cause,
  });
}

export function commandInvalid(reason: string) {
  return new CompositionError(reason, {
    code: 'COMMAND_INVALID',
    hint: 'tessera --help says what there is.',
  });
}

export function composerClosed() {
  return new CompositionError('The composer is closed.', {
    code: 'COMPOSER_CLOSED',
    hint: 'Closing is final: create another one with createComposer().',
  });
}

export function portInUse(host: string, port: number) {
  return new CompositionError(`Port ${port} on ${host} is in use.`, {
    code: 'PORT_IN_USE',
    hint: 'Stop what listens there, or choose another with --port or the option "port"; 0 takes a free one.',
  });
}

export function cannotListen(host: string, port: number, cause: Error) {
  return new CompositionError(`Cannot listen on ${host}:${port}: ${cause.message}`, {
    code: 'CANNOT_LISTEN',
    hint: 'Check the options "host" and "port".',
    cause,
  });
}

export function shellUnreadable(folder: string, reason: string) {
  return new CompositionError(`The shell's build in ${folder} cannot be used: ${reason}.`, {
    code: 'SHELL_UNREADABLE',
    hint: 'Build the shell (its Vite manifest must lie in .vite/manifest.json), or leave the option "shell" out.',
  });
}

// Templates

/** Where in a template: file, line and column, both counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const at = ({ file, line, column }: Place) => `${file}:${line}:${column}`;

export function templateUnreadable(file: string, neededBy: string, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CompositionError(`Template "${file}" (${neededBy}) cannot be read: ${reason}`, {
    code: 'TEMPLATE_UNREADABLE',
    hint: 'Names of templates and layouts are files below the folder of the option "templates".',
    cause,
  });
}

export function templateAmbiguous(place: Place, what: string) {
  return new CompositionError(`${at(place)}: ${what}`, {
    code: 'TEMPLATE_AMBIGUOUS',
    hint: 'Close every element in and around the slot explicitly; two HTML parsers must agree on where it starts and ends.',
  });
}

/** `inner` is what stays open inside the slot, before the slot's own end tag. */
export function slotNotClosed(place: Place, inner?: { tag: string; place: Place }) {
  if (inner) {
    return new CompositionError(
      `${at(inner.place)}: This <${inner.tag}> is not closed before the </fragment-slot> of the slot at ${at(place)}.`,
      { code: 'SLOT_NOT_CLOSED', hint: `Write </${inner.tag}> before </fragment-slot>.` },
    );
  }
  return new CompositionError(`${at(place)}: This <fragment-slot> has no end tag.`, {
    code: 'SLOT_NOT_CLOSED',
    hint: 'Write </fragment-slot>; the element cannot be self-closing, and elements inside it must be closed before it.',
  });
}

export function slotMisplaced(place: Place, where: string, hint: string) {
  return new CompositionError(`${at(place)}: A <fragment-slot> cannot stand ${where}.`, {
    code: 'SLOT_MISPLACED',
    hint,
  });
}

export function slotAttributeUnknown(place: Place, attribute: string, known: readonly string[]) {
  return new CompositionError(`${at(place)}: <fragment-slot> has no attribute "${attribute}".`, {
    code: 'SLOT_ATTRIBUTE_UNKNOWN',
    hint: `Known: ${known.join(', ')}.`,
  });
}

export function slotAttributeInvalid(
  place: Place,
  attribute: string,
  expected: string,
  got: string,
) {
  return new CompositionError(
    `${at(place)}: "${attribute}" of this <fragment-slot> must be ${expected}, but is ${show(got)}.`,
    {
      code: 'SLOT_ATTRIBUTE_INVALID',
      hint: `Correct "${attribute}"; docs/protocol.md lists what it takes.`,
    },
  );
}

export function slotAttributesConflict(place: Place, one: string, other: string) {
  return new CompositionError(
    `${at(place)}: "${one}" and "${other}" exclude each other on a <fragment-slot>.`,
    {
      code: 'SLOT_ATTRIBUTES_CONFLICT',
      hint: `Remove "${one}" or "${other}".`,
    },
  );
}

export function slotFragmentUnknown(place: Place, name: string, known: readonly string[]) {
  return new CompositionError(`${at(place)}: There is no fragment "${name}".`, {
    code: 'SLOT_FRAGMENT_UNKNOWN',
    hint: `Add it to the option "fragments", or use one of: ${known.join(', ') || '(none is configured)'}.`,
  });
}

export function tooManySlots(place: Place, maxSlots: number) {
  return new CompositionError(`${at(place)}: The template has more than ${maxSlots} slots.`, {
    code: 'TEMPLATE_TOO_MANY_SLOTS',
    hint: 'Let one fragment render the list, or raise limits.maxSlots.',
  });
}

export function slotIdTaken(place: Place, id: string) {
  return new CompositionError(`${at(place)}: The slot-id "${id}" is already taken on this page.`, {
    code: 'SLOT_ID_TAKEN',
    hint: 'Give each slot of a page a slot-id of its own.',
  });
}

export function primaryTwice(place: Place, first: string) {
  return new CompositionError(
    `${at(place)}: A page has one primary slot at most; "${first}" is it already.`,
    {
      code: 'PRIMARY_TWICE',
      hint: 'Make this one "required": the page fails without it, but it does not set the status.',
    },
  );
}

export function placeholderUnknown(
  place: Place,
  attribute: string,
  placeholder: string,
  known: readonly string[],
) {
  return new CompositionError(
    `${at(place)}: "${attribute}" names {${placeholder}}, but the page's route has no such param.`,
    {
      code: 'PLACEHOLDER_UNKNOWN',
      hint: `Use {query.name}${known.map((name) => `, {${name}}`).join('')}, or add :${placeholder} to the route.`,
    },
  );
}

export function layoutSlotNotClosed(place: Place) {
  return new CompositionError(`${at(place)}: This <slot> of the layout has no end tag.`, {
    code: 'LAYOUT_SLOT_NOT_CLOSED',
    hint: 'Write </slot>; the element cannot be self-closing, and elements inside it must be closed before it.',
  });
}

export function layoutSlotMisplaced(place: Place, tag: string) {
  return new CompositionError(`${at(place)}: A layout's <slot> cannot stand in <${tag}>.`, {
    code: 'LAYOUT_SLOT_MISPLACED',
    hint: 'Put it around the whole element instead; text such as <slot> in a script belongs into a file of its own.',
  });
}

export function slotParamMissing(page: string, slotId: string, param: string) {
  return new CompositionError(
    `Page "${page}": slot "${slotId}" gives no value for the param "${param}", which its fragment needs.`,
    {
      code: 'SLOT_PARAM_MISSING',
      hint: `Add param-${param} to the slot, ":${param}" to the route, or a default to the manifest.`,
    },
  );
}

export function layoutSlotUnknown(
  place: Place,
  name: string,
  layout: string,
  known: readonly string[],
) {
  return new CompositionError(`${at(place)}: Layout "${layout}" has no <slot name="${name}">.`, {
    code: 'LAYOUT_SLOT_UNKNOWN',
    hint: `It has: ${known.map((slot) => slot || '(unnamed)').join(', ') || 'none'}.`,
  });
}

export function layoutSlotTwice(place: Place, name: string) {
  return new CompositionError(
    `${at(place)}: The layout has ${name ? `<slot name="${name}">` : 'an unnamed <slot>'} twice.`,
    {
      code: 'LAYOUT_SLOT_TWICE',
      hint: 'Give each <slot> of a layout a name of its own; one may be unnamed.',
    },
  );
}

export function layoutWithoutPlace(place: Place, layout: string) {
  return new CompositionError(
    `${at(place)}: Layout "${layout}" has no unnamed <slot> to take this.`,
    {
      code: 'LAYOUT_SLOT_MISSING',
      hint: 'Add <slot></slot> to the layout, or give the element a slot="…" that the layout has.',
    },
  );
}

export function errorPageWithSlot(place: Place) {
  return new CompositionError(`${at(place)}: An error page cannot have slots.`, {
    code: 'ERROR_PAGE_WITH_SLOT',
    hint: 'It must be there when no fragment is: use plain HTML, {status} and {requestId}.',
  });
}

// Manifests

export function manifestInvalid(
  fragment: string,
  where: string,
  problems: readonly ManifestProblem[],
) {
  const all = problems.map(
    ({ path, expected, got }) => `at "${path}": it must be ${expected}, but is ${show(got)}`,
  );
  const places = problems.map(({ path }) => `"${path}"`);
  return new CompositionError(
    `The manifest of fragment "${fragment}" (${where}) is wrong ${all.join('; ')}.`,
    { code: 'MANIFEST_INVALID', hint: `Correct ${places.join(', ')} in the fragment's manifest.` },
  );
}

export function manifestUnreachable(fragment: string, url: string, reason: string) {
  return new CompositionError(
    `The manifest of fragment "${fragment}" cannot be had from ${url}: ${reason}.`,
    {
      code: 'MANIFEST_UNREACHABLE',
      hint: 'Start the service, or correct "url" of the fragment; it is asked again every second.',
    },
  );
}

export function cookieClaimedTwice(cookie: string, first: string, second: string) {
  return new CompositionError(
    `The fragments "${first}" and "${second}" both claim the cookie "${cookie}" in setCookies.`,
    {
      code: 'COOKIE_CLAIMED_TWICE',
      hint: 'A cookie belongs to one fragment; rename it in one manifest.',
    },
  );
}

// Fragments in a request

export function fragmentTimeout(fragment: string, url: string, timeoutMs: number) {
  return new CompositionError(
    `Fragment "${fragment}" did not finish within ${Math.round(timeoutMs)} ms (${url}).`,
    {
      code: 'FRAGMENT_TIMEOUT',
      hint: 'Raise timeout-ms on its slot, or add "deferred" so that the page does not wait for it.',
    },
  );
}

export function fragmentUnreachable(fragment: string, url: string, cause: Error) {
  return new CompositionError(
    `Fragment "${fragment}" cannot be reached (${url}): ${cause.message}`,
    {
      code: 'FRAGMENT_UNREACHABLE',
      hint: 'Check that its service runs and that "url" of the fragment is right.',
      cause,
    },
  );
}

export function fragmentBroken(fragment: string, url: string, reason: string, cause?: unknown) {
  return new CompositionError(`Fragment "${fragment}" gave a broken answer (${url}): ${reason}.`, {
    code: 'FRAGMENT_BROKEN',
    hint: "Look into the service's log; the connection ended or its answer was not valid HTTP.",
    cause,
  });
}

export function fragmentResting(fragment: string) {
  return new CompositionError(
    `Fragment "${fragment}" is not asked for now: most requests to it have failed.`,
    {
      code: 'FRAGMENT_RESTING',
      hint: 'Look at the failures before this one; it is asked again after a few seconds (option "breaker").',
    },
  );
}

export function fragmentQueueFull(fragment: string) {
  return new CompositionError(
    `Fragment "${fragment}" was not asked for: too many requests to it are under way.`,
    {
      code: 'FRAGMENT_QUEUE_FULL',
      hint: 'Give its service more room, or raise maxConcurrent or maxQueued of the fragment.',
    },
  );
}

export function fragmentStatus(fragment: string, url: string, status: number) {
  return new CompositionError(`Fragment "${fragment}" answered with status ${status} (${url}).`, {
    code: 'FRAGMENT_STATUS',
    hint: 'A slot takes 2xx with HTML, or 204; only a primary may redirect or answer 4xx.',
  });
}

export function fragmentNotHtml(fragment: string, url: string, contentType: string) {
  return new CompositionError(
    `Fragment "${fragment}" answered ${show(contentType)}, not HTML (${url}).`,
    {
      code: 'FRAGMENT_NOT_HTML',
      hint: 'Answer with content-type: text/html; charset=utf-8.',
    },
  );
}

export function fragmentNotJson(fragment: string, url: string, contentType: string) {
  return new CompositionError(
    `Fragment "${fragment}" answered ${show(contentType)}, not JSON (${url}).`,
    {
      code: 'FRAGMENT_NOT_JSON',
      hint: 'Answer with content-type: application/json and valid JSON.',
    },
  );
}

export function fragmentTooLarge(fragment: string, url: string, maxBytes: number) {
  return new CompositionError(`Fragment "${fragment}" is larger than ${maxBytes} bytes (${url}).`, {
    code: 'FRAGMENT_TOO_LARGE',
    hint: `Make it smaller, or raise maxFragmentBytes of the fragment.`,
  });
}

export function fragmentHeadersTooLarge(fragment: string, url: string, maxBytes: number) {
  return new CompositionError(
    `Fragment "${fragment}" answered with more than ${maxBytes} bytes of headers (${url}).`,
    {
      code: 'FRAGMENT_HEADERS_TOO_LARGE',
      hint: 'Send fewer or smaller headers, or raise limits.maxHeaderBytes.',
    },
  );
}

export function pageTooLarge(fragment: string) {
  return new CompositionError(
    `Fragment "${fragment}" would make the page larger than limits.maxPageBytes.`,
    {
      code: 'PAGE_TOO_LARGE',
      hint: 'Make the fragments of the page smaller, or raise limits.maxPageBytes.',
    },
  );
}

export function slotShed(fragment: string) {
  return new CompositionError(
    `Fragment "${fragment}" was left out: the composer has too much to do.`,
    {
      code: 'SLOT_SHED',
      hint: 'Start more workers or instances; the option "overload" says when slots are left out.',
    },
  );
}

export function fragmentCoding(fragment: string, url: string, coding: string) {
  return new CompositionError(
    `Fragment "${fragment}" is encoded in ${show(coding)}, which cannot be decoded (${url}).`,
    {
      code: 'FRAGMENT_CODING',
      hint: 'Answer with content-encoding gzip, br or none, and a charset that the WHATWG Encoding Standard knows.',
    },
  );
}

export function fragmentNotContainable(fragment: string, url: string, reason: string) {
  return new CompositionError(
    `Fragment "${fragment}" cannot be kept inside its slot (${url}): ${reason}.`,
    {
      code: 'FRAGMENT_NOT_CONTAINABLE',
      hint: 'Send well-formed HTML with every element closed.',
    },
  );
}

export function fragmentParamInvalid(fragment: string, param: string, reason: string) {
  return new CompositionError(`Param "${param}" of fragment "${fragment}" ${reason}.`, {
    code: 'FRAGMENT_PARAM_INVALID',
    hint: `Give it by param-${param.toLowerCase()} on the slot or :${param} in the route, as the manifest declares it.`,
  });
}

export function fragmentAbsent(fragment: string) {
  return new CompositionError(`Fragment "${fragment}" has not yet given a manifest.`, {
    code: 'FRAGMENT_ABSENT',
    hint: 'Start its service; the composer asks for the manifest every second.',
  });
}

export function fragmentWithoutContent(fragment: string) {
  return new CompositionError(
    `Fragment "${fragment}" has no content, so it cannot fill a slot on the server.`,
    {
      code: 'FRAGMENT_WITHOUT_CONTENT',
      hint: 'Name "content" in its manifest, or use render="client" on the slot.',
    },
  );
}

export function fragmentLocation(fragment: string, location: string) {
  return new CompositionError(
    `Fragment "${fragment}" redirects to ${show(location)}, which is not allowed.`,
    {
      code: 'FRAGMENT_LOCATION',
      hint: 'Redirect within the site, or add the target origin to the option "redirects".',
    },
  );
}

export function visitorLeft(fragment: string) {
  return new CompositionError(`The visitor left before fragment "${fragment}" was there.`, {
    code: 'VISITOR_LEFT',
  });
}
