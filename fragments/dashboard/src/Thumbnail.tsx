/** A product's picture, or its room while nobody knows it. */
export function Thumbnail({ src }: { readonly src: string | undefined }) {
  if (src === undefined) return <i className="dash-blank" />;
  return <img className="dash-thumbnail" src={src} alt="" width={40} height={40} />;
}
