/** Where a document's own declaration must stand (HTML standard §4.2.5.4). */
const PRESCANNED_BYTES = 1024;

/**
 * The label of a body's charset: that of its byte order mark, else the one of its content type, else for HTML the first that a
 * `<meta>` in the first 1024 bytes declares, else `utf-8` (HTML standard §13.2.3.2). The first two may name a charset that
 * does not exist; a `<meta>` that does is passed over, as browsers do.
 */
export function declaredCharset(
  { type, charset }: { readonly type: string; readonly charset: string | undefined },
  bytes: Buffer,
): string {
  return (
    markedCharset(bytes) ??
    charset ??
    (type === 'text/html' ? metaCharset(bytes) : undefined) ??
    'utf-8'
  );
}

function markedCharset(bytes: Buffer): string | undefined {
  const [first, second, third] = [bytes[0], bytes[1], bytes[2]];
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return undefined;
}

/** The prescan of the HTML standard (§13.2.3.3), as far as documents in the wild need it. */
function metaCharset(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, PRESCANNED_BYTES).replaceAll(/<!--[\s\S]*?-->/g, '');
  for (const [, source = ''] of start.matchAll(/<meta(?=[\s/])((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi)) {
    const attributes = readAttributes(source);
    const isContentType = attributes.get('http-equiv')?.toLowerCase() === 'content-type';
    const content = isContentType ? attributes.get('content') : undefined;
    const label =
      attributes.get('charset') ?? /charset\s*=\s*["']?([^\s"';]+)/i.exec(content ?? '')?.[1];
    const charset = label === undefined ? undefined : knownCharset(label.trim());
    if (charset) return charset;
  }
  return undefined;
}

function readAttributes(source: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  const pattern = /([^\s"'=/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/g;
  for (const [, name = '', double, single, bare] of source.matchAll(pattern)) {
    attributes.set(name.toLowerCase(), double ?? single ?? bare ?? '');
  }
  return attributes;
}

/** The charset that a `<meta>` means by this label; one whose bytes could not be read as ASCII so far is UTF-8. */
function knownCharset(label: string): string | undefined {
  try {
    const { encoding } = new TextDecoder(label);
    return encoding.startsWith('utf-16') ? 'utf-8' : encoding;
  } catch {
    return undefined;
  }
}
