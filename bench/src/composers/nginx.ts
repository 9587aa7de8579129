import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { template } from '../page.ts';
import { type Running, start } from '../process.ts';
import { freePort } from './free-port.ts';
import type { Task } from './serve.ts';

/** nginx with one worker: SSI, a cache where fragments may be kept, gzip where it is asked for. */
export async function startNginx({ spec, bases }: Task, folder: string): Promise<Running> {
  const port = await freePort();
  const origins = [...new Set(bases.map((base) => new URL(base).host))];
  mkdirSync(join(folder, 'www'), { recursive: true });
  const place = (i: number) =>
    `/o${origins.indexOf(new URL(bases[i] ?? '').host)}${new URL(bases[i] ?? '').pathname}content`;
  writeFileSync(
    join(folder, 'www', 'index.html'),
    template(spec, (i) => `<!--#include virtual="${place(i)}" -->`),
  );
  const cache = spec.cached ? 'proxy_cache fragments; proxy_cache_lock on;' : '';
  const locations = origins.map(
    (_, i) => `location /o${i}/ {
        proxy_pass http://origin${i}/; proxy_http_version 1.1; proxy_set_header connection "";
        proxy_set_header accept-encoding ""; proxy_read_timeout ${spec.timeoutMs}ms; proxy_connect_timeout ${spec.timeoutMs}ms; ${cache}
      }`,
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid nginx.pid; error_log stderr crit; ${user}
    worker_rlimit_nofile 65536;
    events { worker_connections 16384; }
    http {
      access_log off; default_type text/html; keepalive_requests 1000000;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
      proxy_cache_path ${folder}/cache keys_zone=fragments:10m;
      ${spec.gzip ? 'gzip on; gzip_proxied any;' : ''}
      ${origins.map((host, i) => `upstream origin${i} { server ${host}; keepalive 1024; keepalive_requests 1000000; }`).join('\n')}
      server {
        listen 127.0.0.1:${port} backlog=4096; root ${folder}/www; ssi on;
        ${locations.join('\n')}
      }
    }`,
  );
  const args = ['-p', `${folder}/`, '-c', `${folder}/nginx.conf`];
  return start('composer', 'nginx', args, { url: `http://127.0.0.1:${port}` });
}
