import { fragmentPreset } from '@tessera/fragment/vite';

export default fragmentPreset({ name: 'dashboard', widget: 'src/client.ts', react: true });
