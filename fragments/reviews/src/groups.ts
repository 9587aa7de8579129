/** The groups that the team's answers are stored under: with them composers are told what a change outdates. */

/** What shows the reviews of a product. */
export const reviewsGroup = (sku: string) => `reviews-${sku}`;

/** What shows how many reviews a product has, and how good they are. */
export const summaryGroup = (sku: string) => `reviews-summary-${sku}`;

/** What shows the newest reviews of all products. */
export const NEWEST_GROUP = 'reviews-newest';

/** Everything that a new review of a product outdates. */
export const groupsOfReview = (sku: string) => [reviewsGroup(sku), summaryGroup(sku), NEWEST_GROUP];
