import { test } from 'vitest';
import { fuzzAnswers, fuzzManifests, fuzzTargets, fuzzTemplates } from './fuzz.ts';

// A few cases of each, always the same; thousands of others are in `fuzz.long.ts`.

const SEED = 1;

test('answers that are almost right leave the page whole', () => fuzzAnswers(60, SEED), 60_000);
test('random templates are compiled or refused', () => fuzzTemplates(200, SEED));
test('random manifests are read or refused', () => fuzzManifests(300, SEED));
test('random targets are answered', () => fuzzTargets(150, SEED), 60_000);
