export { CompositionError, describeError } from '@tessera/contract';
export { type Composer, createComposer } from './composer.ts';
export { type ComposerConfig, defineConfig, type FragmentConfig } from './config.ts';
export type { ExpressHandler } from './express.ts';
export type { Listening } from './node.ts';
export type { FileBody, PageRequest, PageResponse } from './page.ts';
export type { DataPageConfig, DataPartConfig, PageConfig } from './page-config.ts';
