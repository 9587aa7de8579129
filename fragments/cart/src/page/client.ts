import { reactWidget } from '@tessera/fragment/react';
import Cart from './Cart.tsx';

export default reactWidget(Cart);
