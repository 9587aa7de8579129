export { CompositionError, describeError } from '@tessera/contract';
export { type Composer, createComposer } from './composer.ts';
export { type ComposerConfig, defineConfig } from './config/config.ts';
export type { FragmentConfig } from './config/fragment.ts';
export type { DataPageConfig, DataPartConfig, PageConfig } from './config/page.ts';
export type { FileBody, PageRequest, PageResponse } from './page.ts';
export type { ExpressHandler } from './visitor/express.ts';
export type { Listening } from './visitor/node.ts';
