import { type Action, invalidateGroups, redirectBack } from '@tessera/fragment';
import type { Drafts } from './drafts.ts';
import { groupsOfReview } from './groups.ts';
import { problemPage } from './problem-page.ts';
import { checkReview } from './review.ts';
import type { ReviewStore } from './review-store.ts';

const NO_PRODUCT = 'We do not have that product.';

/** What the action works with. */
export interface PostReviewOptions {
  readonly store: ReviewStore;
  readonly drafts: Drafts;
  readonly today: () => string;
}

/**
 * Takes a review from a form. A plain form is sent back to its page, to the new review or, with what was typed, to the
 * form; who asks for JSON gets the stored review (201) or the problems by field (422). A product that we do not know is
 * a 404 for both: it has no page to go back to.
 */
export function postReview({
  store,
  drafts,
  today,
}: PostReviewOptions): Action<{ readonly sku: string }> {
  return (request, response, { params: { sku } }) => {
    const wantsJson = request.accepts(['html', 'json']) === 'json';
    const check = checkReview(request.body);
    if (!store.hasProduct(sku)) {
      const text = check.ok ? check.review.text : check.draft.text;
      if (wantsJson) response.status(404).json({ problem: NO_PRODUCT });
      else
        response
          .status(404)
          .type('html')
          .send(problemPage(text, [NO_PRODUCT]));
      return;
    }
    if (check.ok) {
      const review = store.add({ sku, day: today(), ...check.review });
      // The visitor's own composer knows it before the visitor comes back; the others hear of it from the outbox.
      invalidateGroups(response, groupsOfReview(sku));
      if (wantsJson) response.status(201).json({ review });
      else redirectToForm(request, response, sku, { anchor: `review-${review.id}` });
      return;
    }
    const { draft, problems } = check;
    if (wantsJson) response.status(422).json({ problems });
    else if (request.get('referer') === undefined)
      response
        .status(422)
        .type('html')
        .send(problemPage(draft.text, Object.values(problems)));
    else {
      const key = drafts.keep({ draft, problems });
      redirectToForm(request, response, sku, { anchor: 'write-a-review', key });
    }
  };
}

/** Back to the page that the form was on, else the product's, with the key of what was typed as `?review=`. */
function redirectToForm(
  request: Parameters<Action<unknown>>[0],
  response: Parameters<Action<unknown>>[1],
  sku: string,
  { anchor, key }: { readonly anchor: string; readonly key?: string },
): void {
  redirectBack(request, response, `/products/${sku}`, { anchor, query: { review: key } });
}
