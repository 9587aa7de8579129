import { serveFragments } from '@tessera/fragment';
import { header } from './fragment.ts';

await serveFragments([header], { port: Number(process.env.PORT ?? 4003) });
