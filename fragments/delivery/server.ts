import { serveFragments } from '@tessera/fragment';
import { deliveryFragment } from './fragment.ts';

await serveFragments([deliveryFragment()], { port: Number(process.env.PORT ?? 4007) });
