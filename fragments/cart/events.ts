/** What the cart team tells the page. Other teams take it by `import type {} from '@shop/cart/events'`. */
declare module '@tessera/contract' {
  interface TesseraEvents {
    /** The visitor's cart has changed; sticky, so that who listens later hears how it stands. */
    'cart:changed': CartChanged;
  }
}

export interface CartChanged {
  /** How many things are in it: two mugs of a kind are two. */
  readonly items: number;
  readonly totalCents: number;
}
