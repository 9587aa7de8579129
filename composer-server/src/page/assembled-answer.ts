import { preferredCoding } from '../accept-encoding.ts';
import { CODINGS } from '../codings.ts';
import { type Observer, observeAssembled } from '../observe.ts';
import type { PageRequest, PageResponse } from '../page.ts';
import type { Site } from '../site.ts';
import type { Target } from '../target.ts';
import type { Page } from '../template/template-store.ts';
import type { AssembledPage, LastingAnswer } from './assembled.ts';
import { lifetimeHeaders, sameLifetimeUntil } from './page-policy.ts';
import { readView } from './view.ts';
import { answerWhole, type CodedBody, wholeAnswer } from './whole-page.ts';

/** What an assembled page is kept under for this request; undefined where the visitor gets one of their own. */
export function assembledKey(
  site: Site,
  page: Page,
  target: Target,
  request: PageRequest,
): string | undefined {
  const { options, pageKeys, registry } = site;
  // Operators get figures of their own answer; who else brings a token is rare.
  if (options.development || request.headers.authorization !== undefined) return undefined;
  const whole = readView(target, request, site) === 'whole';
  return pageKeys.keyOf(page, target, request, { whole }, registry);
}

/** Browsers accept few different things, and say so in a line; who makes up others must not fill the memory with them. */
const MAX_ANSWERS = 20;
const MAX_ACCEPTED_LENGTH = 200;

/** The answer where the page is there as a whole. It takes no promise and no plan: what is asked for most is cheapest. */
export function answerAssembled(
  site: Site,
  request: PageRequest,
  observer: Observer,
): PageResponse | undefined {
  const known = site.pageKeys.recall(request.url);
  if (!known || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  const key = assembledKey(site, known.page, known.target, request);
  const now = Date.now();
  const assembled = key === undefined ? undefined : site.assembled.find(key, now);
  if (key === undefined || !assembled) return undefined;
  observeAssembled(observer, assembled, request, site.options.log.pages);
  const { browserMaxAgeMs } = site.options.cache;
  const accepted = request.headers['accept-encoding'];
  const coded = () => codedBody(site, key, accepted);
  if (request.headers['if-none-match'] !== undefined) {
    const lifetime = lifetimeHeaders(assembled, browserMaxAgeMs, now);
    const headers = [...assembled.headers, ...lifetime, 'x-request-id', request.id];
    return answerWhole({ ...assembled, status: 200, headers, coded }, request);
  }
  const { answers } = assembled;
  let answer = answers.get(accepted);
  if (!answer || now >= answer.until) {
    answer = lastingAnswer(assembled, coded(), browserMaxAgeMs, now);
    if (answers.size >= MAX_ANSWERS) answers.clear();
    if ((accepted?.length ?? 0) <= MAX_ACCEPTED_LENGTH) answers.set(accepted, answer);
  }
  const { headers, body } = answer;
  return {
    status: 200,
    headers: [...headers, 'x-request-id', request.id],
    body: request.method === 'HEAD' ? undefined : body,
  };
}

/** Made once in a second: most of what a page from memory takes would be putting its headers together. */
function lastingAnswer(
  assembled: AssembledPage,
  coded: CodedBody | undefined,
  browserMaxAgeMs: number,
  now: number,
): LastingAnswer {
  const { headers, etag, body } = assembled;
  const lifetime = lifetimeHeaders(assembled, browserMaxAgeMs, now);
  const page = { headers: [...headers, ...lifetime], etag, body, coded };
  return { ...wholeAnswer(page), until: sameLifetimeUntil(assembled, now) };
}

/** What is wanted most and worth it, else gzip. */
function codedBody(
  { assembled, options }: Site,
  key: string,
  accepted: string | undefined,
): CodedBody | undefined {
  if (!options.compression) return undefined;
  for (const offered of [CODINGS, ['gzip']] as const) {
    const coding = preferredCoding(accepted, offered);
    const body = coding && assembled.coded(key, coding);
    if (body) return { coding, body };
  }
  return undefined;
}
