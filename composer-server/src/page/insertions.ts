import {
  type FragmentAsset,
  type FragmentManifest,
  type FragmentRemote,
  fragmentBase,
  PAGE_DATA_ID,
  type PageData,
  type PageRemote,
  type PageReport,
  type PageSlot,
  REPORT_ID,
} from '@tessera/contract';
import type { SlotResult } from '../fetch.ts';
import { attributeValue, jsonInHtml } from '../json-in-html.ts';
import type { Fragment } from '../registry.ts';
import { importMap, type ShellBuild } from '../shell-build.ts';
import type { Site } from '../site.ts';
import type { Flight } from './flights.ts';
import type { PagePlan, SlotPlan } from './plan.ts';
import { viewTransitionStyle } from './view-transition.ts';

/** What the composer adds to a page's head. */
export interface HeadInsertions {
  /** Right after `<head>`: the import map, before any module can load. */
  readonly start: string;
  /** Before `</head>`: stylesheets, preloads, page data, boot. */
  readonly end: string;
  /** Keys of the links among them: what is there need not come again. */
  readonly linked: ReadonlySet<string>;
}

/** The boundary must not become a box of its own in the page's layout. */
const SLOT_STYLE = '<style>fragment-slot{display:contents}</style>';

/**
 * Everything the fragments of this page need in its head, each file once; `gates` are those whose answers are there, with
 * what they link to.
 */
export function headInsertions(
  plan: PagePlan,
  { shell, speculationRules, options }: Site,
  gates: readonly Flight[],
  { hydratesPrimary }: { hydratesPrimary: boolean },
): HeadInsertions {
  if (plan.slots.length === 0) return { start: '', end: '', linked: new Set() };
  const links = new Map<string, string>();
  const add = (fragment: Fragment, asset: FragmentAsset) => {
    if (!links.has(linkKey(asset))) links.set(linkKey(asset), linkElement(fragment, asset));
  };
  for (const { slot, fragment, mount } of plan.slots) {
    // What the shell mounts later brings its styles along; what it mounts at once must not flash without them.
    if (slot.shadow || (slot.render === 'client' && mount !== 'load')) continue;
    for (const asset of fragment.manifest?.assets ?? [])
      add(fragment, publicAsset(fragment, asset));
    if (slot.render === 'server') continue;
    for (const href of fragment.manifest?.remote?.closure.css ?? []) {
      add(fragment, publicAsset(fragment, { rel: 'stylesheet', href }));
    }
  }
  for (const { plan: gate, result } of gates) {
    if (result?.kind !== 'content' || gate.slot.shadow) continue;
    for (const asset of result.links) add(gate.fragment, asset);
  }
  const preload = (file: string) =>
    links.set(
      `modulepreload ${file}`,
      `<link rel="modulepreload" href="${attributeValue(file)}" crossorigin>`,
    );
  const starts = (slotPlan: SlotPlan) =>
    hasWidget(slotPlan) && (hydratesPrimary || !slotPlan.slot.primary);
  const widgets = shell ? plan.slots.filter(starts) : [];
  const told = shell?.telemetry ? options.telemetryEndpoint : undefined;
  const styles = SLOT_STYLE + viewTransitionStyle(plan.slots.map(({ slot }) => slot));
  if (!shell || (widgets.length === 0 && told === undefined))
    return {
      start: '',
      end: styles + [...links.values()].join(''),
      linked: new Set(links.keys()),
    };
  if (widgets.length > 0) for (const file of shell.bootImports) preload(file);
  for (const { mount, fragment } of widgets) {
    if (mount !== 'load' || !fragment.manifest?.remote) continue;
    const { shared = Object.values(shell.imports), js } = pageRemote(
      fragment,
      fragment.manifest.remote,
      shell,
    );
    for (const file of [...shell.runtime, ...shared, ...js]) preload(file);
  }
  const data = pageData(plan, widgets, shell, told);
  const json = `<script type="application/json" id="${PAGE_DATA_ID}">${jsonInHtml(data)}</script>`;
  const rules =
    widgets.length > 0 && speculationRules !== ''
      ? `<script type="speculationrules">${speculationRules}</script>`
      : '';
  const modules = [
    ...(widgets.length > 0 ? [shell.boot] : []),
    ...(told !== undefined && shell.telemetry ? [shell.telemetry] : []),
  ];
  return {
    start: widgets.length > 0 ? `<script type="importmap">${importMap(shell)}</script>` : '',
    end: [
      ...[styles, ...links.values(), rules, json],
      // A plain module script would wait for the end of the stream.
      ...modules.map((file) => `<script type="module" async src="${file}"></script>`),
    ].join(''),
    linked: new Set(links.keys()),
  };
}

const INSPECTOR_MISSING =
  '<p role="status">The inspector comes with the shell: name its build in the option <code>shell</code>. <a href="?tessera=report">The report as JSON</a> needs none.</p>';

/** The inspector and what it shows; where the shell's build has none, what it takes. */
export function inspector(shell: ShellBuild | undefined, report: PageReport): string {
  if (!shell?.inspector) return INSPECTOR_MISSING;
  const data = `<script type="application/json" id="${REPORT_ID}">${jsonInHtml(report)}</script>`;
  return `${data}<script type="module" src="${shell.inspector}"></script>`;
}

/** The stylesheets of a fragment, for the shadow root that the page's own do not reach. */
export function shadowStyles(fragment: Fragment, linked: readonly FragmentAsset[]): string {
  const own = fragment.manifest?.assets.map((asset) => publicAsset(fragment, asset)) ?? [];
  const styles = [...own, ...linked].filter(({ rel }) => rel === 'stylesheet');
  return [...new Set(styles.map((asset) => linkElement(fragment, asset)))].join('');
}

/** What an answer links to that the page does not have yet, to stand before its slot; notes it in `linked`. */
export function lateLinks(
  fragment: Fragment,
  { links, head }: Extract<SlotResult, { kind: 'content' }>,
  linked: Set<string>,
): string {
  const wanted = [
    ...links.map((asset) => ({ key: linkKey(asset), html: linkElement(fragment, asset) })),
    ...head.filter(({ key }) => key.startsWith('stylesheet ')),
  ];
  let html = '';
  for (const link of wanted) {
    if (linked.has(link.key)) continue;
    linked.add(link.key);
    html += link.html;
  }
  return html;
}

/** A slot in a shadow root has none: the shell starts widgets in the page's own tree. */
function hasWidget({ slot, mount, fragment, problem }: SlotPlan): boolean {
  if (slot.shadow || problem !== undefined) return false;
  return mount !== 'none' && fragment.manifest?.remote !== undefined;
}

/** Whether the shell can ask for its HTML when the server has none: a primary or required slot has failed with its page. */
function mayComeLater({ slot, content, problem }: SlotPlan): boolean {
  const optional = !slot.primary && !slot.required;
  return optional && slot.render === 'server' && !slot.shadow && !!content && !problem;
}

function pageData(
  plan: PagePlan,
  widgets: readonly SlotPlan[],
  shell: ShellBuild,
  telemetry: string | undefined,
): PageData {
  const slots: Record<string, PageSlot> = {};
  const remotes: Record<string, PageRemote> = {};
  const starting = new Set(widgets);
  for (const slotPlan of plan.slots) {
    const { slot, fragment, props, content, timeoutMs } = slotPlan;
    const starts = starting.has(slotPlan);
    // Without boot nobody would ask again.
    if (!starts && (widgets.length === 0 || !mayComeLater(slotPlan))) continue;
    const mount = starts ? slotPlan.mount : 'none';
    slots[slot.id] = {
      fragment: slot.name,
      version: fragment.manifest?.version ?? '',
      props,
      ...(content ? { html: content.html } : {}),
      timeoutMs,
      render: slot.render,
      mount,
    };
    if (!starts) continue;
    const { manifest, previous } = fragment;
    if (manifest?.remote) remotes[slot.name] = pageRemote(fragment, manifest.remote, shell);
    // HTML that was stored before a deploy is taken over by the widget that it was made for.
    if (previous?.remote && previous.remote.entry !== manifest?.remote?.entry)
      remotes[versioned(slot.name, previous)] = pageRemote(fragment, previous.remote, shell);
  }
  const page = plan.page.pattern.source;
  return { v: 1, page, slots, remotes, ...(telemetry === undefined ? {} : { telemetry }) };
}

function versioned(name: string, { version }: FragmentManifest): string {
  return `${name}@${version}`;
}

function pageRemote(
  fragment: Fragment,
  { type, entry, module, timeoutMs, closure, shared }: FragmentRemote,
  { imports }: ShellBuild,
): PageRemote {
  const url = (href: string) => publicUrl(fragment, href);
  return {
    type,
    entry: url(entry),
    module,
    timeoutMs,
    js: closure.js.map(url),
    css: closure.css.map(url),
    ...(shared && { shared: [...new Set(shared.flatMap((name) => imports[name] ?? []))] }),
  };
}

function publicUrl({ options }: Fragment, href: string): string {
  return (options.publicUrl ?? fragmentBase(options.name)) + href;
}

function publicAsset(fragment: Fragment, asset: FragmentAsset): FragmentAsset {
  return { ...asset, href: publicUrl(fragment, asset.href) };
}

function linkKey({ rel, href }: FragmentAsset): string {
  return `${rel} ${href}`;
}

function linkElement({ options }: Fragment, { rel, href, ...rest }: FragmentAsset): string {
  const crossorigin = options.publicUrl ? { crossorigin: '' } : {};
  const attributes = Object.entries({ rel, href, ...crossorigin, ...rest });
  return `<link${attributes.map(([name, value]) => ` ${name}="${attributeValue(String(value))}"`).join('')}>`;
}
