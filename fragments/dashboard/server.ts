import { serveFragments } from '@tessera/fragment';
import { dashboard } from './fragment.ts';

await serveFragments([dashboard], { port: Number(process.env.PORT ?? 4006) });
