import { fragmentPreset } from '@tessera/fragment/vite';

// Preact comes along with the widget: it is as small as Module Federation's glue would be.
export default fragmentPreset({ name: 'delivery', widget: 'src/client.ts', type: 'container' });
