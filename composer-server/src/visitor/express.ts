import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';

import type { PageRequest, PageResponse } from '../page.ts';
import { giveUp, refuse, sendResponse } from './send-response.ts';
import { readRequest, type VisitorOptions } from './visitor-request.ts';

/** A request handler as Express 5 takes it. */
export type ExpressHandler = (
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** The same core for an existing Express app. Put it before body parsers: an action's body is streamed on. */
export function expressHandler(
  handle: (request: PageRequest) => Promise<PageResponse | undefined>,
  visitor: () => VisitorOptions,
  log: Log,
  /** Told of every answer under way. */
  track: (answer: Promise<unknown>) => void,
): ExpressHandler {
  return (incoming, outgoing, next) => {
    const request = readRequest(incoming, outgoing, visitor(), { url: incoming.originalUrl });
    if (typeof request === 'number') {
      refuse(request, outgoing);
      return;
    }
    const answer = handle(request)
      .then((response) => (response ? sendResponse(response, incoming, outgoing) : next()))
      .catch((err) => giveUp(err, outgoing, log));
    track(answer);
  };
}
