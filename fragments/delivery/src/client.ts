import { preactWidget } from '@tessera/fragment/preact';
import { Delivery } from './Delivery.ts';

/** The browser half: the component that the server rendered goes on counting. */
export default preactWidget(Delivery);
