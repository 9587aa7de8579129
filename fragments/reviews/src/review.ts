/** What somebody wrote about a product. */
export interface Review {
  readonly id: number;
  readonly sku: string;
  readonly name: string;
  /** 1 to 5. */
  readonly stars: number;
  readonly text: string;
  /** The day it was written, `YYYY-MM-DD`. */
  readonly day: string;
}

/** What a visitor typed into the form, as it came. */
export interface Draft {
  readonly name: string;
  readonly stars: string;
  readonly text: string;
}

/** What is wrong with a draft, by field. */
export type Problems = Readonly<Partial<Record<keyof Draft, string>>>;

export type ReviewCheck =
  | { readonly ok: true; readonly review: Pick<Review, 'name' | 'stars' | 'text'> }
  | { readonly ok: false; readonly draft: Draft; readonly problems: Problems };

/** The most that each field takes, in characters. */
export const LIMITS = { name: 40, text: 1500 } as const;

/** Reads a posted form: a review that may be stored, or what was typed and what is wrong with it. */
export function checkReview(body: unknown): ReviewCheck {
  const draft = {
    name: field(body, 'name'),
    stars: field(body, 'stars'),
    text: field(body, 'text'),
  };
  const problems: Partial<Record<keyof Draft, string>> = {};
  if (draft.name === '') problems.name = 'Please tell us your name.';
  else if (draft.name.length > LIMITS.name)
    problems.name = `Please use at most ${LIMITS.name} characters for your name.`;
  if (!/^[1-5]$/.test(draft.stars)) problems.stars = 'Please give one to five stars.';
  if (draft.text.length < 3) problems.text = 'Please write a few words.';
  else if (draft.text.length > LIMITS.text)
    problems.text = `Please use at most ${LIMITS.text} characters.`;
  if (Object.keys(problems).length > 0) return { ok: false, draft, problems };
  return { ok: true, review: { name: draft.name, stars: Number(draft.stars), text: draft.text } };
}

/** A field's text, with line ends as one character and without spaces around it. */
function field(body: unknown, name: string): string {
  if (typeof body !== 'object' || body === null) return '';
  const value: unknown = Object.getOwnPropertyDescriptor(body, name)?.value;
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return String(value).replaceAll(/\r\n?/g, '\n').toWellFormed().trim();
}
