import { serve } from './serve.ts';

// A server of one page, its only argument.

serve((_, response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(process.argv[2]);
});
