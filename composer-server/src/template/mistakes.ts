import type { CompositionError } from '@tessera/contract';

/** Takes a mistake: throws it, or keeps it and has the rest looked at. */
export type Report = (mistake: CompositionError) => void;

/** Ends at the first mistake. */
export const throwMistake: Report = (mistake) => {
  throw mistake;
};
