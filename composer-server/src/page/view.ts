import { isOperator } from '../admin.ts';
import type { PageRequest } from '../page.ts';
import type { Site } from '../site.ts';
import type { Target } from '../target.ts';

/**
 * How a page is asked for, by `?tessera=`: `whole` has nothing deferred, `report` is its composition as JSON, `inspect` the
 * page with the inspector. Bots get it whole; report and inspector are for operators, others get the page.
 */
export type View = 'page' | 'whole' | 'report' | 'inspect';

export function readView(
  { search, query }: Target,
  request: PageRequest,
  { options, tokens }: Pick<Site, 'options' | 'tokens'>,
): View {
  const asked = search === '' ? null : query.get('tessera');
  if ((asked === 'report' || asked === 'inspect') && isOperator(request, options, tokens))
    return asked;
  if (asked === 'whole') return asked;
  const agent = request.headers['user-agent']?.toLowerCase() ?? '';
  return options.bots.some((bot) => agent.includes(bot)) ? 'whole' : 'page';
}
