// What a fragment's HTML may cost. Beyond, it is refused rather than repaired.

/** Blink flattens what is nested deeper than 512 elements, the page's own included. */
export const MAX_DEPTH = 400;
export const MAX_ATTRIBUTES = 100;
/** HTML that has to be repaired: its characters and elements, and those that the repair adds. */
export const MAX_REPAIRED_LENGTH = 512 * 1024;
export const MAX_REPAIRED_ELEMENTS = 20_000;
