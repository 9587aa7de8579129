interface HtmlPolicy {
  createHTML(html: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy;
}

/** Where the page's one policy is kept: a name can be created once, and each remote has its own copy of this module. */
const KEPT = Symbol.for('tessera.html-policy');

/**
 * HTML of the page's own origin as `innerHTML` takes it also where the content security policy says
 * `require-trusted-types-for 'script'`. Only for what came from a fragment through the composer, which has contained it.
 *
 * The policy is called `tessera`. Browsers without Trusted Types get the text as it is.
 */
export function trustedHtml(html: string): string {
  const factory: PolicyFactory | undefined = Reflect.get(globalThis, 'trustedTypes');
  if (!factory) return html;
  let policy: HtmlPolicy | undefined = Reflect.get(globalThis, KEPT);
  if (!policy) {
    policy = factory.createPolicy('tessera', { createHTML: (text) => text });
    Reflect.set(globalThis, KEPT, policy);
  }
  return policy.createHTML(html);
}

/** Such HTML as nodes; its scripts do not run. Throws where the page's policy does not allow `tessera`. */
export function parseHtml(html: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = trustedHtml(html);
  return template.content;
}
