/** `import './product.css'` in a file that Vite builds. */
declare module '*.css' {}
