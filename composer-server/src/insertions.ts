import {
  type FragmentAsset,
  fragmentBase,
  PAGE_DATA_ID,
  type PageData,
  type PageRemote,
  type PageSlot,
} from '@tessera/contract';
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
}

/** The boundary must not become a box of its own in the page's layout. */
const SLOT_STYLE = '<style>fragment-slot{display:contents}</style>';

/** Everything the fragments of this page need in its head, each file once. */
export function headInsertions(
  plan: PagePlan,
  shell: ShellBuild | undefined,
  { hydratesPrimary }: { hydratesPrimary: boolean },
): HeadInsertions {
  if (plan.slots.length === 0) return { start: '', end: '' };
  const links = new Set<string>();
  for (const { slot, fragment, mount } of plan.slots) {
    // What the shell mounts later brings its styles along; what it mounts at once must not flash without them.
    if (slot.shadow || (slot.render === 'client' && mount !== 'load')) continue;
    for (const asset of fragment.manifest?.assets ?? []) links.add(assetLink(fragment, asset));
    if (slot.render === 'server') continue;
    for (const href of fragment.manifest?.remote?.closure.css ?? []) {
      links.add(assetLink(fragment, { rel: 'stylesheet', href }));
    }
  }
  const starts = (slotPlan: SlotPlan) =>
    hasWidget(slotPlan) && (hydratesPrimary || !slotPlan.slot.primary);
  const widgets = shell ? plan.slots.filter(starts) : [];
  if (!shell || widgets.length === 0) return { start: '', end: SLOT_STYLE + [...links].join('') };
  for (const file of shell.bootImports) links.add(modulePreload(file));
  for (const { mount, fragment } of widgets) {
    if (mount !== 'load') continue;
    for (const file of [...shell.eager, ...remoteOf(fragment).js]) links.add(modulePreload(file));
  }
  const data = `<script type="application/json" id="${PAGE_DATA_ID}">${jsonInHtml(pageData(plan, widgets))}</script>`;
  return {
    start: `<script type="importmap">${jsonInHtml({ imports: shell.imports })}</script>`,
    // A plain module script would wait for the end of the stream.
    end: `${SLOT_STYLE}${[...links].join('')}${data}<script type="module" async src="${shell.boot}"></script>`,
  };
}

/** The stylesheets of a fragment, for the shadow root that the page's own do not reach. */
export function shadowStyles(fragment: Fragment): string {
  const styles = fragment.manifest?.assets.filter(({ rel }) => rel === 'stylesheet') ?? [];
  return styles.map((asset) => assetLink(fragment, asset)).join('');
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

function assetLink(fragment: Fragment, asset: FragmentAsset): string {
  const { rel, href, ...rest } = asset;
  const attributes = Object.entries({
    rel,
    href: publicUrl(fragment, href),
    ...(fragment.options.publicUrl ? { crossorigin: '' } : {}),
    ...rest,
  });
  return `<link${attributes.map(([name, value]) => ` ${name}="${attributeValue(String(value))}"`).join('')}>`;
}

function modulePreload(file: string): string {
  return `<link rel="modulepreload" href="${attributeValue(file)}" crossorigin>`;
}
