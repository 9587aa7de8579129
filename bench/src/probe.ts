import { Agent, get } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** One page as a visitor gets it. */
export interface Visit {
  readonly status: number;
  readonly body: string;
  /** Of the body on the wire. */
  readonly bytes: number;
  readonly firstByteMs: number;
  readonly completeMs: number;
}

/** Asks for a page once, over a connection that is kept for the next time. */
export function visit(url: string, { gzip = false } = {}): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let firstByteMs: number | undefined;
    const request = get(
      url,
      { agent, headers: gzip ? { 'accept-encoding': 'gzip' } : {} },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => {
          firstByteMs ??= performance.now() - started;
          chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const completeMs = performance.now() - started;
          const raw = Buffer.concat(chunks);
          const packed = response.headers['content-encoding'] === 'gzip';
          if (gzip && !packed) return reject(new Error('it is not compressed'));
          resolve({
            status: response.statusCode ?? 0,
            body: (packed ? gunzipSync(raw) : raw).toString(),
            bytes: raw.length,
            firstByteMs: firstByteMs ?? completeMs,
            completeMs,
          });
        });
      },
    );
    request.on('error', reject);
    request.setTimeout(20_000, () => request.destroy(new Error('it did not end within 20 s')));
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
