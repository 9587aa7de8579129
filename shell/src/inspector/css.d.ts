/** A stylesheet as text, minified by Vite. */
declare module '*.css?inline' {
  const css: string;
  export default css;
}
