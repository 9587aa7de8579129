import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { template } from '../page.ts';
import { type Running, start } from '../process.ts';
import { freePort } from './free-port.ts';
import type { Task } from './serve.ts';

/** Varnish with ESI. The page itself is made in VCL: no backend needs to serve it. */
export async function startVarnish({ spec, bases }: Task, folder: string): Promise<Running> {
  const port = await freePort();
  const urls = bases.map((base) => new URL(base));
  const origins = [...new Set(urls.map(({ host }) => host))];
  const page = template(
    spec,
    (i) =>
      `<esi:include src="/o${origins.indexOf(urls[i]?.host ?? '')}${urls[i]?.pathname}content"/>`,
  );
  const pageServer = await start('load', process.execPath, [
    join(import.meta.dirname, 'one-page.ts'),
    page,
  ]);
  const limit = `${spec.timeoutMs}ms`;
  const backend = (name: string, host: string) =>
    `backend ${name} { .host = "${host.split(':')[0]}"; .port = "${host.split(':')[1]}"; .first_byte_timeout = ${limit}; .between_bytes_timeout = ${limit}; .connect_timeout = ${limit}; }`;
  const routes = origins.map(
    (_, i) => `if (req.url ~ "^/o${i}/") {
      set req.url = regsub(req.url, "^/o${i}", ""); set req.backend_hint = origin${i};
      ${spec.cached ? 'return (hash);' : 'return (pass);'}
    }`,
  );
  writeFileSync(
    join(folder, 'page.vcl'),
    `vcl 4.1;
    ${backend('page', new URL(pageServer.url).host)}
    ${origins.map((host, i) => backend(`origin${i}`, host)).join('\n')}
    sub vcl_recv {
      ${routes.join('\n')}
      set req.backend_hint = page;
      return (hash);
    }
    sub vcl_backend_response {
      if (bereq.url == "/") { set beresp.do_esi = true; set beresp.ttl = 1d; }
      ${spec.gzip ? 'set beresp.do_gzip = true;' : ''}
      return (deliver);
    }`,
  );
  mkdirSync(join(folder, 'varnish'), { recursive: true });
  const args = [
    ...['-F', '-j', 'none', '-a', `127.0.0.1:${port}`, '-f', `${folder}/page.vcl`],
    ...['-n', `${folder}/varnish`, '-s', 'malloc,256m', '-p', 'thread_pool_max=8000'],
    ...['-p', `http_gzip_support=${spec.gzip ? 'on' : 'off'}`],
  ];
  const running = await start('composer', 'varnishd', args, { url: `http://127.0.0.1:${port}/` });
  return {
    ...running,
    stop: async () => {
      await running.stop();
      await pageServer.stop();
    },
  };
}
