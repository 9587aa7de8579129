/** A bare item of a structured field (RFC 9651 §3.3); byte sequences and dates are kept as their source. */
export type BareItem =
  | { readonly type: 'integer' | 'decimal'; readonly value: number }
  | { readonly type: 'string' | 'token' | 'other'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean };

/** A member that is a list in parentheses; what is in it is of no interest to a cache. */
export type Member = BareItem | { readonly type: 'inner-list' };

/** The key of a dictionary's member, the marks around an item and the rest of the field. */
const KEY = /[a-z*][a-z0-9_\-.*]*/y;
const NUMBER = /-?\d{1,15}(\.\d{1,3})?/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y;
const OTHER = /:[A-Za-z0-9+/=]*:|@-?\d{1,15}|%"[\x20\x21\x23-\x7e]*"/y;
const BOOLEAN = /\?([01])/y;

/** A dictionary (RFC 9651 §4.2.2) without its parameters, the last of equal keys counting; undefined when it is invalid. */
export function parseDictionary(field: string): ReadonlyMap<string, Member> | undefined {
  const members = new Map<string, Member>();
  const reader = new Reader(field);
  const valid = reader.members(() => {
    const key = reader.take(KEY)?.[0];
    if (key === undefined) return false;
    const value: Member | undefined = reader.takeText('=')
      ? reader.member()
      : { type: 'boolean', value: true };
    if (!value || !reader.parameters()) return false;
    members.set(key, value);
    return true;
  });
  return valid ? members : undefined;
}

/** A list (RFC 9651 §4.2.1) without its parameters; undefined when it is invalid. */
export function parseList(field: string): readonly Member[] | undefined {
  const list: Member[] = [];
  const reader = new Reader(field);
  const valid = reader.members(() => {
    const member = reader.member();
    if (!member || !reader.parameters()) return false;
    list.push(member);
    return true;
  });
  return valid ? list : undefined;
}

/** A position in a field that moves on with what it recognises. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  /** Reads members up to the end, parted by commas; false as soon as something is wrong. */
  members(read: () => boolean): boolean {
    if (this.#text === '') return true;
    for (;;) {
      if (!read()) return false;
      this.#space(/[ \t]*/y);
      if (this.#at === this.#text.length) return true;
      if (!this.takeText(',')) return false;
      this.#space(/[ \t]*/y);
    }
  }

  member(): Member | undefined {
    if (!this.takeText('(')) return this.#item();
    for (;;) {
      this.#space(/ */y);
      if (this.takeText(')')) return { type: 'inner-list' };
      if (!this.#item() || !this.parameters()) return undefined;
      if (![' ', ')'].includes(this.#text[this.#at] ?? '')) return undefined;
    }
  }

  /** Skips parameters; false when they are invalid. */
  parameters(): boolean {
    while (this.takeText(';')) {
      this.#space(/ */y);
      if (!this.take(KEY) || (this.takeText('=') && !this.#item())) return false;
    }
    return true;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found) this.#at += found[0].length;
    return found;
  }

  takeText(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #item(): BareItem | undefined {
    const number = this.take(NUMBER);
    if (number) {
      return { type: number[1] ? 'decimal' : 'integer', value: Number(number[0]) };
    }
    const string = this.take(STRING);
    if (string) return { type: 'string', value: (string[1] ?? '').replace(/\\(.)/g, '$1') };
    const token = this.take(TOKEN);
    if (token) return { type: 'token', value: token[0] };
    const boolean = this.take(BOOLEAN);
    if (boolean) return { type: 'boolean', value: boolean[1] === '1' };
    const other = this.take(OTHER);
    return other && { type: 'other', value: other[0] };
  }

  #space(pattern: RegExp): void {
    this.take(pattern);
  }
}
