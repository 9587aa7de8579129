export { CompositionError, describeError } from './error.ts';
export { HOP_BY_HOP, whyNotForwarded } from './forward.ts';
export type {
  EventBus,
  FragmentModule,
  FragmentSlotElement,
  Handle,
  Props,
  SlotInfo,
  TesseraEvents,
  WidgetContext,
} from './lifecycle.ts';
export type {
  ForwardPolicy,
  FragmentAsset,
  FragmentManifest,
  FragmentRemote,
  ManifestResult,
} from './manifest.ts';
export { isFragmentName, parseManifest } from './manifest.ts';
export type { ManifestProblem } from './manifest-reader.ts';
export type { MountTrigger } from './mount-trigger.ts';
export { isMountTrigger, MOUNT_TRIGGERS } from './mount-trigger.ts';
export type { PageData, PageRemote, PageSlot } from './page-data.ts';
export { PAGE_DATA_ID } from './page-data.ts';
export { type PageReport, REPORT_ID, type SlotReport } from './page-report.ts';
export type { ParamSpec, ParamsResult, ParamsSpec, PatternMatcher } from './params.ts';
export { resolveParams, wholePattern } from './params.ts';
export type { PathPattern, PatternSegment } from './path-pattern.ts';
export { expandPath, isDotSegment, matchPath, parsePathPattern } from './path-pattern.ts';
export {
  FRAGMENTS_PATH,
  fragmentBase,
  PROTOCOL_VERSION,
  REQUEST_HEADERS,
  RESPONSE_HEADERS,
  TESSERA_PATH,
} from './protocol.ts';
export type { SlotEventDetail, SlotState, WidgetState } from './slot.ts';
export {
  ERROR_TEMPLATE,
  NAME_PATTERN,
  PROPS_ATTRIBUTE,
  PROPS_EVENT,
  RETRY_ATTRIBUTE,
  SLOT_ELEMENT,
  VERSION_ATTRIBUTE,
  WIDGET_ERROR_ATTRIBUTE,
} from './slot.ts';
export { parseHtml, trustedHtml } from './trusted-html.ts';
