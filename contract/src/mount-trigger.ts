/** When the shell mounts a slot's remote. */
export type MountTrigger = 'load' | 'idle' | 'visible' | 'interaction' | 'none' | `media:${string}`;

/** How a mistake says what a mount trigger is. */
export const MOUNT_TRIGGERS = 'load, idle, visible, interaction, none or media:(query)';

const MEDIA_FEATURE = /\(\s*[\w-](?:[^()]|\([^()]*\))*\)/.source;
const MEDIA_CONDITION =
  /(?:not\s+)?FEATURE(?:\s+(?:and|or)\s+(?:not\s+)?FEATURE)*/.source.replaceAll(
    'FEATURE',
    MEDIA_FEATURE,
  );
const MEDIA_QUERY = `(?:(?:(?:not|only)\\s+)?(?:all|screen|print)(?:\\s+and\\s+${MEDIA_CONDITION})?|${MEDIA_CONDITION})`;
const MOUNT_TRIGGER = new RegExp(
  `^(?:load|idle|visible|interaction|none|media:\\s*${MEDIA_QUERY}(?:\\s*,\\s*${MEDIA_QUERY})*\\s*)$`,
  'i',
);

/**
 * Whether `value` is a mount trigger. `media:` needs a media query list by its outer form (Media Queries 4 §3): media
 * types `all`, `screen` and `print`, features in parentheses, `not`, `only`, `and`, `or` and commas.
 */
export function isMountTrigger(value: string): value is MountTrigger {
  return MOUNT_TRIGGER.test(value);
}
