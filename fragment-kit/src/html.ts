import { PROPS_ATTRIBUTE } from '@tessera/contract';

/** Text as HTML, safe in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A value as JSON that may stand in a `<script>`: it cannot end the element, nor a line in older parsers. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The element that carries a widget's props, to stand last in its fragment. */
export function propsScript(props: object): string {
  return `<script type="application/json" ${PROPS_ATTRIBUTE}>${scriptJson(props)}</script>`;
}

/** A void element with escaped attributes, for example `<link rel="canonical" href="…">`. */
export function voidTag(name: 'meta' | 'link', attributes: Readonly<Record<string, string>>) {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeHtml(value)}"`);
  return `<${name}${pairs.join('')}>`;
}
