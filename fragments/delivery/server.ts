import { serveFragments } from '@tessera/fragment';
import { deliveryFragment } from './fragment.ts';

const delayMs = Number(process.env.DELIVERY_DELAY_MS ?? 0);
await serveFragments([deliveryFragment({ delayMs })], { port: Number(process.env.PORT ?? 4007) });
