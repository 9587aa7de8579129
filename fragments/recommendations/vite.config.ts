import { fragmentPreset } from '@tessera/fragment/vite';

export default fragmentPreset({
  name: 'recommendations',
  widget: 'src/client.ts',
  react: true,
});
