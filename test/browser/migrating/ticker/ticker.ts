/** What the ticker is to the rest of its page, whatever it is built on. */

export interface TickerView {
  price(text: string): void
  status(text: string): void
}

export interface Ticker {
  /** Asks for the prices of one thing more; also while there is no connection. */
  follow(symbol: string): void
  close(): void
}
