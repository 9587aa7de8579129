import { fragmentPreset } from '@tessera/fragment/vite';

export default fragmentPreset({
  name: 'product',
  widget: 'src/client.ts',
  server: 'src/Product.tsx',
});
