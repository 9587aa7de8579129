import { type FragmentPresetOptions, fragmentPreset } from '@tessera/fragment/vite';
import { defineConfig, mergeConfig } from 'vite';

/**
 * The team's widgets. The cart's page uses React; what stands on other teams' pages is light, a plain module without a
 * framework.
 */
const WIDGETS: Readonly<Record<string, Omit<FragmentPresetOptions, 'name'>>> = {
  cart: { widget: 'src/page/client.ts', server: 'src/page/Cart.tsx' },
  'cart-badge': { widget: 'src/badge/client.ts', type: 'container' },
  'cart-add': { widget: 'src/add/client.ts', type: 'container' },
};

/** One build for each: `vite build --mode cart-badge` makes `dist/cart-badge/`. */
export default defineConfig((environment) => {
  const { mode, isSsrBuild } = environment;
  const options = WIDGETS[mode];
  if (!options) throw new Error(`--mode must be one of ${Object.keys(WIDGETS)}, but is "${mode}".`);
  const preset = fragmentPreset({ name: mode, ...options })(environment);
  const outDir = `dist/${mode}/${isSsrBuild ? 'server' : 'client'}`;
  return mergeConfig(preset, { build: { outDir } });
});
