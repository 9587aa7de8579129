// What only a page needs on which something has failed: one chunk, for boot and for the federation chunk.
export { diagnoseRemote } from './diagnose-remote.ts';
export { recoverHtml } from './recover-html.ts';
export { refreshPageData } from './refresh-page-data.ts';
