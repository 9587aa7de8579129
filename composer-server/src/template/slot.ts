import { isMountTrigger, MOUNT_TRIGGERS, type MountTrigger, NAME_PATTERN } from '@tessera/contract';
import {
  type Place,
  placeholderUnknown,
  slotAttributeInvalid,
  slotAttributesConflict,
  slotAttributeUnknown,
} from '../errors.ts';
import type { Report } from './mistakes.ts';

/** What a name of a view transition cannot be (CSS View Transitions 2, CSS Values 4). */
const RESERVED_TRANSITION_NAMES =
  'none auto match-element inherit initial unset revert revert-layer default'.split(' ');

/** Text with places for the request's values: fixed text, a route param, or a query value. */
export type ParamTemplate = readonly (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'route' | 'query'; readonly name: string }
)[];

/** A slot's attributes, checked. */
export interface SlotSettings {
  readonly name: string;
  readonly slotId: string | undefined;
  readonly primary: boolean;
  readonly required: boolean;
  /** Milliseconds after the request's start at which the page goes on without it; undefined: the page waits. */
  readonly deferredMs: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly params: ReadonlyMap<string, ParamTemplate>;
  readonly render: 'server' | 'client';
  readonly mount: MountTrigger | undefined;
  readonly shadow: boolean;
  /** Under which name its first element takes part in view transitions between pages; undefined: it has none. */
  readonly viewTransition: string | undefined;
}

const OWN_ATTRIBUTES =
  'name slot-id primary required deferred timeout-ms param-* render mount shadow view-transition'.split(
    ' ',
  );
/** What HTML allows on every element; of no meaning to the composer. */
const GLOBAL_ATTRIBUTE = /^(id|class|style|slot|lang|dir|role|title|data-.+|aria-.+)$/;

/**
 * Reads the attribute table of the protocol; reports attributes that are unknown, wrong or in conflict. Undefined without a
 * name.
 */
export function readSlotSettings(
  attributes: ReadonlyMap<string, string>,
  place: Place,
  routeParams: readonly string[],
  report: Report,
): SlotSettings | undefined {
  const invalid = (attribute: string, expected: string) =>
    report(slotAttributeInvalid(place, attribute, expected, attributes.get(attribute) ?? ''));
  const params = new Map<string, ParamTemplate>();
  for (const [attribute, value] of attributes) {
    if (OWN_ATTRIBUTES.includes(attribute) || GLOBAL_ATTRIBUTE.test(attribute)) continue;
    const param = /^param-([a-z_][a-z0-9_-]*)$/.exec(attribute)?.[1];
    if (param) params.set(param, readParamTemplate(attribute, value, place, routeParams, report));
    else report(slotAttributeUnknown(place, attribute, OWN_ATTRIBUTES));
  }
  const flag = (attribute: string) => {
    const value = attributes.get(attribute);
    if (value !== undefined && value !== '' && value !== attribute)
      invalid(attribute, 'without a value');
    return value !== undefined;
  };
  const identifier = (attribute: string) => {
    const value = attributes.get(attribute);
    if (value !== undefined && !NAME_PATTERN.test(value))
      invalid(attribute, 'a-z, 0-9 and "-", a letter first');
    return value;
  };
  const milliseconds = (attribute: string, min: number) => {
    const value = attributes.get(attribute);
    if (value === undefined) return undefined;
    const fits = /^\d{1,6}$/.test(value) && Number(value) >= min && Number(value) <= 600_000;
    if (!fits) invalid(attribute, `milliseconds from ${min} to 600000`);
    return Number(value);
  };
  const transitionName = () => {
    const own = attributes.get('view-transition') ? identifier('view-transition') : undefined;
    if (own !== undefined && RESERVED_TRANSITION_NAMES.includes(own))
      invalid('view-transition', 'a name that CSS has no other meaning for');
    return own ?? (attributes.has('view-transition') ? (identifier('slot-id') ?? name) : undefined);
  };
  const name = identifier('name');
  if (name === undefined) invalid('name', 'the name of a fragment');
  const render = attributes.get('render') ?? 'server';
  if (render !== 'server' && render !== 'client') invalid('render', '"server" or "client"');
  const mount = attributes.get('mount');
  if (mount !== undefined && !isMountTrigger(mount)) invalid('mount', MOUNT_TRIGGERS);
  if (name === undefined) return undefined;
  const settings: SlotSettings = {
    name,
    slotId: identifier('slot-id'),
    primary: flag('primary'),
    required: flag('required'),
    deferredMs: attributes.get('deferred') === '' ? 0 : milliseconds('deferred', 0),
    timeoutMs: milliseconds('timeout-ms', 1),
    params,
    render: render === 'client' ? render : 'server',
    mount: mount !== undefined && isMountTrigger(mount) ? mount : undefined,
    shadow: flag('shadow'),
    viewTransition: transitionName(),
  };
  checkConflicts(settings, place, report);
  return settings;
}

function checkConflicts(slot: SlotSettings, place: Place, report: Report): void {
  const client = slot.render === 'client';
  const pairs: [boolean, string, boolean, string][] = [
    [slot.primary, 'primary', slot.required, 'required'],
    [slot.primary, 'primary', slot.deferredMs !== undefined, 'deferred'],
    [slot.required, 'required', slot.deferredMs !== undefined, 'deferred'],
    [slot.primary, 'primary', client, 'render="client"'],
    [slot.required, 'required', client, 'render="client"'],
    [client, 'render="client"', slot.deferredMs !== undefined, 'deferred'],
    [client, 'render="client"', slot.shadow, 'shadow'],
    [slot.viewTransition !== undefined, 'view-transition', slot.shadow, 'shadow'],
    [client, 'render="client"', slot.timeoutMs !== undefined, 'timeout-ms'],
  ];
  for (const [one, oneName, other, otherName] of pairs) {
    if (one && other) report(slotAttributesConflict(place, oneName, otherName));
  }
}

function readParamTemplate(
  attribute: string,
  value: string,
  place: Place,
  routeParams: readonly string[],
  report: Report,
): ParamTemplate {
  return value.split(/(\{[^{}]*\})/).flatMap((text): ParamTemplate => {
    if (text === '') return [];
    if (!/[{}]/.test(text)) return [{ kind: 'text', text }];
    const [, query, name = ''] = /^\{(query\.)?([A-Za-z0-9_.~-]+)\}$/.exec(text) ?? [];
    if (!name) {
      const expected = 'text with placeholders {routeParam} or {query.name}';
      report(slotAttributeInvalid(place, attribute, expected, value));
      return [];
    }
    if (query) return [{ kind: 'query', name }];
    if (!routeParams.includes(name))
      report(placeholderUnknown(place, attribute, name, routeParams));
    return [{ kind: 'route', name }];
  });
}

/** The param's value for one request; undefined where all it consists of is a value that the request lacks. */
export function fillParam(
  template: ParamTemplate,
  route: Readonly<Record<string, string>>,
  query: URLSearchParams,
): string | undefined {
  const values = template.map((part) =>
    part.kind === 'text'
      ? part.text
      : part.kind === 'route'
        ? route[part.name]
        : (query.get(part.name) ?? undefined),
  );
  if (values.length > 0 && values.every((value) => value === undefined)) return undefined;
  return values.join('');
}
