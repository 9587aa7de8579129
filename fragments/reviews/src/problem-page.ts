import { escapeHtml } from '@tessera/fragment';

/**
 * A page of its own for a review that could not be accepted, when there is no page to go back to. It keeps what was
 * typed to be copied; going back usually keeps it in the form, too.
 */
export function problemPage(text: string, problems: readonly string[]): string {
  const list = problems.map((problem) => `<li>${escapeHtml(problem)}</li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Your review is not published yet</title>
<style>:root{color-scheme:light dark}body{max-width:36rem;margin:10vh auto;padding:0 1rem;font:1.0625rem/1.6 system-ui,sans-serif}textarea{box-sizing:border-box;width:100%;font:inherit}</style></head>
<body><h1>Your review is not published yet</h1>
<ul>${list.join('')}</ul>
<p>Please go back in your browser and try again. This is what you wrote:</p>
<p><textarea rows="8" readonly aria-label="Your review">
${escapeHtml(text)}</textarea></p></body></html>`;
}
