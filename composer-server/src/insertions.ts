import {
  type FragmentAsset,
  fragmentBase,
  PAGE_DATA_ID,
  type PageData,
  type PageRemote,
  type PageReport,
  type PageSlot,
  REPORT_ID,
} from '@tessera/contract';
import type { SlotResult } from './fetch.ts';
import type { Flight } from './flights.ts';
import { attributeValue, jsonInHtml } from './json-in-html.ts';
import type { PagePlan, SlotPlan } from './plan.ts';
import type { Fragment } from './registry.ts';

import type { ShellBuild } from './shell-build.ts';

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
  shell: ShellBuild | undefined,
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
  if (!shell || widgets.length === 0)
    return {
      start: '',
      end: SLOT_STYLE + [...links.values()].join(''),
      linked: new Set(links.keys()),
    };
  for (const file of shell.bootImports) preload(file);
  for (const { mount, fragment } of widgets) {
    if (mount !== 'load') continue;
    for (const file of [...shell.eager, ...remoteOf(fragment).js]) preload(file);
  }
  const data = `<script type="application/json" id="${PAGE_DATA_ID}">${jsonInHtml(pageData(plan, widgets))}</script>`;
  return {
    start: `<script type="importmap">${importMap(shell)}</script>`,
    // A plain module script would wait for the end of the stream.
    end: `${SLOT_STYLE}${[...links.values()].join('')}${data}<script type="module" async src="${shell.boot}"></script>`,
    linked: new Set(links.keys()),
  };
}

/** The text of the import map, the same on every page. */
export function importMap({ imports }: ShellBuild): string {
  return jsonInHtml({ imports });
}

/** The inspector and what it shows; nothing where the shell's build has none. */
export function inspector(shell: ShellBuild | undefined, report: PageReport): string {
  if (!shell?.inspector) return '';
  const data = `<script type="application/json" id="${REPORT_ID}">${jsonInHtml(report)}</script>`;
  return `${data}<script type="module" src="${shell.inspector}"></script>`;
}

/** The stylesheets of a fragment, for the shadow root that the page's own do not reach. */
export function shadowStyles(fragment: Fragment, linked: readonly FragmentAsset[]): string {
  const own = fragment.manifest?.assets.map((asset) => publicAsset(fragment, asset)) ?? [];
  const styles = [...own, ...linked].filter(({ rel }) => rel === 'stylesheet');
  return styles.map((asset) => linkElement(fragment, asset)).join('');
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

function pageData(plan: PagePlan, widgets: readonly SlotPlan[]): PageData {
  const slots: Record<string, PageSlot> = {};
  const remotes: Record<string, PageRemote> = {};
  for (const { slot, fragment, props, content, timeoutMs, mount } of widgets) {
    slots[slot.id] = {
      fragment: slot.name,
      version: fragment.manifest?.version ?? '',
      props,
      ...(content ? { html: content.html } : {}),
      timeoutMs,
      render: slot.render,
      mount,
    };
    remotes[slot.name] = remoteOf(fragment);
  }
  return { v: 1, page: plan.page.pattern.source, slots, remotes };
}

function remoteOf(fragment: Fragment): PageRemote {
  const remote = fragment.manifest?.remote;
  const url = (href: string) => publicUrl(fragment, href);
  return {
    type: remote?.type ?? 'module-federation',
    entry: url(remote?.entry ?? ''),
    module: remote?.module ?? '',
    timeoutMs: remote?.timeoutMs ?? 0,
    js: remote?.closure.js.map(url) ?? [],
    css: remote?.closure.css.map(url) ?? [],
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
