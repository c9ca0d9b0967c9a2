/** Chance that can be repeated: the same seed, the same draws. */
export class Chance {
  private seed: number

  constructor(seed: number) {
    this.seed = seed | 0
  }

  /** From 0 to 1, by mulberry32. */
  next(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0
    let bits = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** Whether it happens that happens so often. */
  happens(part: number): boolean {
    return this.next() < part
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)] as T
  }

  /** 1 B to 300 KB, mostly short. */
  size(): number {
    const kind = this.next()
    if (kind < 0.6) return this.between(1, 200)
    if (kind < 0.88) return this.between(200, 4_000)
    if (kind < 0.985) return this.between(4_000, 40_000)
    return this.between(40_000, 300_000)
  }
}
