/** `remote.json`, which the Vite preset writes beside the build: what a manifest has to say about it. Paths are relative to the base. */
export interface RemoteBuild {
  readonly type: 'module-federation' | 'container';
  /** For example `assets/remoteEntry-5c6d7e8f.js`. */
  readonly entry: string;
  /** What it takes from the page's import map. */
  readonly shared: readonly string[];
  /** Exposed module → every file that loading it needs. */
  readonly modules: Readonly<
    Record<string, { readonly js: readonly string[]; readonly css: readonly string[] }>
  >;
}
