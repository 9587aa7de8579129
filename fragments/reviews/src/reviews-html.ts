import { escapeHtml } from '@tessera/fragment';
import type { ReturnedForm } from './drafts.ts';
import { LIMITS, type Review } from './review.ts';
import type { Summary } from './summary.ts';

/** What the fragment shows. */
export interface ReviewsView {
  readonly sku: string;
  readonly reviews: readonly Review[];
  readonly summary: Summary;
  /** Where the form posts to. */
  readonly action: string;
  /** The visitor's own form, when it could not be accepted. */
  readonly returned?: ReturnedForm | undefined;
}

/** All reviews of a product and the form for one more. Without JavaScript it is complete. */
export function reviewsHtml({ sku, reviews, summary, action, returned }: ReviewsView): string {
  const items = reviews.map(reviewHtml).join('\n');
  return `<shop-reviews class="reviews" data-sku="${escapeHtml(sku)}">
<section aria-labelledby="reviews-heading">
<header class="reviews-heading"><h2 id="reviews-heading">Reviews</h2>${summaryHtml(summary)}</header>
<div class="reviews-columns">
<div class="reviews-read">${reviews.length > 1 ? '<div class="reviews-tools"></div>' : ''}
${reviews.length ? `<ol class="reviews-list">${items}</ol>` : '<p class="reviews-none">Nobody has written about this yet. Be the first.</p>'}</div>
${reviewFormHtml({ action, returned })}
</div>
</section>
</shop-reviews>`;
}

/** The average, and of how many. */
function summaryHtml({ count, average }: Summary): string {
  if (average === null) return '';
  const from = `${count} review${count === 1 ? '' : 's'}`;
  return `<p class="reviews-average">${starsHtml(average)} <strong>${average.toFixed(1)}</strong> from ${from}</p>`;
}

function reviewHtml({ id, name, stars, text, day }: Review): string {
  const paragraphs = text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`);
  return `<li class="reviews-item" id="review-${id}" data-stars="${stars}" data-day="${escapeHtml(day)}">
<p class="reviews-who">${starsHtml(stars)} <b>${escapeHtml(name)}</b> <time datetime="${escapeHtml(day)}">${dayText(day)}</time></p>
<div class="reviews-text">${paragraphs.join('')}</div></li>`;
}

/** The form; with a returned one its fields keep what was typed, and each says what is wrong with it. */
export function reviewFormHtml({
  action,
  returned,
}: Pick<ReviewsView, 'action' | 'returned'>): string {
  const { draft, problems = {} } = returned ?? {};
  const problem = (field: 'name' | 'stars' | 'text') =>
    `<span class="reviews-problem" id="reviews-${field}-problem" data-field="${field}">${escapeHtml(problems[field] ?? '')}</span>`;
  const attributes = (field: 'name' | 'stars' | 'text') =>
    `aria-describedby="reviews-${field}-problem"${problems[field] ? ' aria-invalid="true"' : ''}`;
  const choices = [1, 2, 3, 4, 5].map(
    (
      stars,
    ) => `<input type="radio" name="stars" value="${stars}" id="reviews-stars-${stars}" required${draft?.stars === String(stars) ? ' checked' : ''}>
<label for="reviews-stars-${stars}" title="${starsText(stars)}"><span class="reviews-hidden">${starsText(stars)}</span>${STAR}</label>`,
  );
  return `<form class="reviews-form" id="write-a-review" method="post" action="${escapeHtml(action)}">
<h3>Write a review</h3>
${returned ? '<p class="reviews-returned" role="alert">Your review is not published yet. Please look at the marked fields.</p>' : ''}
<fieldset class="reviews-stars-field" ${attributes('stars')}><legend>How do you like it?</legend><div class="reviews-choice">${choices.join('')}</div>${problem('stars')}</fieldset>
<p><label for="reviews-name">Your name</label><input id="reviews-name" name="name" required maxlength="${LIMITS.name}" autocomplete="given-name" value="${escapeHtml(draft?.name ?? '')}" ${attributes('name')}>${problem('name')}</p>
<p><label for="reviews-text">Your review</label><textarea id="reviews-text" name="text" rows="5" required minlength="3" maxlength="${LIMITS.text}" ${attributes('text')}>
${escapeHtml(draft?.text ?? '')}</textarea>${problem('text')}</p>
<p class="reviews-send"><button type="submit">Publish review</button><span class="reviews-status" role="status"></span></p>
</form>`;
}

/** Stars as a picture with its text. Halves are shown. */
function starsHtml(stars: number): string {
  const share = Math.round(stars * 2) * 10;
  return `<span class="reviews-stars" role="img" aria-label="${starsText(Math.round(stars * 10) / 10)}" style="--share:${share}%">★★★★★</span>`;
}

function starsText(stars: number): string {
  return `${stars} ${stars === 1 ? 'star' : 'stars'}`;
}

const STAR =
  '<svg viewBox="0 0 24 24" width="32" height="32" aria-hidden="true"><path d="m12 2.6 2.9 6 6.6.9-4.8 4.6 1.2 6.5L12 17.5l-5.9 3.1 1.2-6.5L2.5 9.5l6.6-.9z"/></svg>';

/** A day as people write it, for example `14 September 2026`. */
function dayText(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
