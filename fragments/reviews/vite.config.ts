import { fragmentPreset } from '@tessera/fragment/vite';

export default fragmentPreset({ name: 'reviews', widget: 'src/client.ts' });
