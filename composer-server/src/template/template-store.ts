import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { ComposerOptions } from '../config/config.ts';
import type { PageOptions } from '../config/page.ts';
import { ownPageHeaders } from '../content-policy.ts';
import type { ErrorPage, ErrorPages } from '../error-page.ts';
import {
  errorPageWithSlot,
  layoutSlotTwice,
  layoutSlotUnknown,
  layoutWithoutPlace,
  templateUnreadable,
} from '../errors.ts';
import { checkPageOfLayout, readLayoutSlots, readTopLevel } from './layout-html.ts';
import { type Report, throwMistake } from './mistakes.ts';
import { compileTemplate, type Template } from './template.ts';
import { readTemplateHtml } from './template-html.ts';
import { TemplateSource } from './template-source.ts';

/** A page with its template, ready to be planned. */
export interface Page extends PageOptions {
  readonly compiled: Template;
}

/** Every template of a site, compiled. */
export interface Templates {
  readonly pages: readonly Page[];
  readonly errorPages: ErrorPages;
}

/** Reads and compiles all templates of a configuration; throws the first template error, unless `report` keeps them. */
export async function loadTemplates(
  options: ComposerOptions,
  report: Report = throwMistake,
): Promise<Templates> {
  const fragments = [...options.fragments.keys()];
  const { maxSlots } = options.limits;
  const pages: Page[] = [];
  for (const page of options.pages) {
    const neededBy = `page "${page.pattern.source}"`;
    const own = await readSource(options.templates, page.template, neededBy);
    const source =
      page.layout === undefined
        ? own
        : applyLayout(
            await readSource(options.templates, page.layout, `layout of ${neededBy}`),
            page.layout,
            own,
          );
    pages.push({
      ...page,
      compiled: compileTemplate(source, page.pattern.names, fragments, maxSlots, report),
    });
  }
  const errorPages = new Map<number | 'default', ErrorPage>();
  for (const [status, file] of options.errorPages) {
    const source = await readSource(options.templates, file, `error page ${status}`);
    const { slots, scripts } = readTemplateHtml(source);
    if (slots[0]) throw errorPageWithSlot(source.place(slots[0].start));
    errorPages.set(status, { text: source.text, headers: ownPageHeaders(options.csp, scripts) });
  }
  return { pages, errorPages };
}

/** Every file that the templates of a configuration come from. */
export function templateFiles({ templates, pages, errorPages }: ComposerOptions): string[] {
  const names = [
    ...pages.flatMap(({ template, layout }) => [template, layout ?? template]),
    ...errorPages.values(),
  ];
  return [...new Set(names)].map((name) => resolve(templates, name));
}

async function readSource(folder: string, name: string, neededBy: string): Promise<TemplateSource> {
  const file = resolve(folder, name);
  try {
    if (!file.startsWith(folder + sep)) throw new Error('it lies outside the templates folder');
    // A byte order mark goes; bytes that are no UTF-8 are an error, not U+FFFD in every visitor's page.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
    return TemplateSource.ofFile(name, text);
  } catch (cause) {
    throw templateUnreadable(name, neededBy, cause);
  }
}

/** The layout with each `<slot>` replaced by the page's elements for it, else left with its default content. */
function applyLayout(
  layout: TemplateSource,
  layoutName: string,
  page: TemplateSource,
): TemplateSource {
  const slots = readLayoutSlots(layout);
  checkPageOfLayout(page, layoutName);
  const names = slots.map(({ name }) => name);
  const twice = slots.find(({ name }, i) => names.indexOf(name) !== i);
  if (twice) throw layoutSlotTwice(layout.place(twice.start), twice.name);
  const nodes = readTopLevel(page);
  for (const { slot, start, blank } of nodes) {
    if (slot !== undefined && !names.includes(slot)) {
      throw layoutSlotUnknown(page.place(start), slot, layoutName, names);
    }
    if (slot === undefined && !blank && !names.includes(''))
      throw layoutWithoutPlace(page.place(start), layoutName);
  }
  const ranges: { source: TemplateSource; start: number; end: number }[] = [];
  let end = 0;
  for (const slot of slots) {
    ranges.push({ source: layout, start: end, end: slot.start });
    const taken = nodes.filter(
      (node) => (node.slot ?? '') === slot.name && (node.slot !== undefined || slot.name === ''),
    );
    const filled = taken.some((node) => !node.blank);
    if (filled)
      ranges.push(
        ...taken.map(({ start, end: nodeEnd }) => ({ source: page, start, end: nodeEnd })),
      );
    else ranges.push({ source: layout, ...slot.inner });
    end = slot.end;
  }
  ranges.push({ source: layout, start: end, end: layout.text.length });
  return TemplateSource.join(ranges);
}
