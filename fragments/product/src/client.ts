import { reactWidget } from '@tessera/fragment/react';
import Product from './Product.tsx';

export default reactWidget(Product);
