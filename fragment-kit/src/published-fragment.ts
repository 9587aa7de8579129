import { type ActionRoute, readActions } from './actions.ts';
import type { Fragment } from './define.ts';
import { invalidFragment } from './errors.ts';
import { type FragmentFiles, readFragmentFiles } from './fragment-files.ts';
import { buildManifest, type ServedManifest } from './manifest.ts';

/** A fragment with everything that is known about it once the service has started. */
export interface PublishedFragment {
  readonly fragment: Fragment;
  readonly files: FragmentFiles;
  readonly manifest: ServedManifest;
  readonly actions: readonly ActionRoute[];
}

/** Reads a fragment's build and checks its definition; throws a CompositionError that says what to correct. */
export async function publishFragment(fragment: Fragment): Promise<PublishedFragment> {
  checkCache(fragment);
  const actions = readActions(fragment);
  const files = await readFragmentFiles(fragment);
  return { fragment, files, manifest: buildManifest(fragment, files), actions };
}

function checkCache({ name, cache }: Fragment): void {
  if (cache === undefined || cache === 'private') return;
  for (const key of ['maxAgeMs', 'staleWhileRevalidateMs', 'staleIfErrorMs'] as const) {
    const value = cache[key] ?? (key === 'maxAgeMs' ? undefined : 0);
    if (value === undefined || !(value >= 0 && Number.isFinite(value))) {
      throw invalidFragment(name, `cache.${key}`, 'milliseconds, 0 or more', value);
    }
  }
}
