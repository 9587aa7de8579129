export { CompositionError, describeError } from '@tessera/contract';
export { type Composer, createComposer } from './composer.ts';
export {
  type ComposerConfig,
  defineConfig,
  type FragmentConfig,
  type PageConfig,
} from './config.ts';
export type { ExpressHandler } from './express.ts';
export type { Listening } from './node.ts';
export type { FileBody, PageRequest, PageResponse } from './page.ts';
