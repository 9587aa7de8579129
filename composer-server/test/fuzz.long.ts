import { test } from 'vitest';
import { fuzzAnswers, fuzzManifests, fuzzTargets, fuzzTemplates } from './fuzz.ts';

// 10,000 cases, others each time; a failure names its seed.

const seed = Date.now() % 2 ** 31;

test('3,000 answers that are almost right leave the page whole', () => fuzzAnswers(3000, seed));
test('2,500 random templates are compiled or refused', () => fuzzTemplates(2500, seed));
test('2,500 random manifests are read or refused', () => fuzzManifests(2500, seed));
test('2,000 random targets are answered', () => fuzzTargets(2000, seed));
