/** Delivers events one after the other, in order, however deep inside a listener they come up. */
import { report } from './errors.ts'

/**
 * A listener may call any method, and that may bring further events: those wait until the present one
 * has reached every listener, so that all see the same order. What a listener throws is reported, once.
 *
 * Beside events it takes functions: steps to be taken between them.
 */
export class EventQueue<Emission> {
  private readonly items: Array<Emission | (() => void)> = []
  private readonly emit: (emission: Emission) => void
  private holds = 0

  constructor(emit: (emission: Emission) => void) {
    this.emit = emit
  }

  /** Delivers now, or as soon as what is under way is done. */
  post(...items: Array<Emission | (() => void)>): void {
    this.items.push(...items)
    if (this.holds === 0) this.flush()
  }

  /** The same for one, without a list to go through: a message comes, and nothing else is under way. */
  postOne(item: Emission | (() => void)): void {
    if (this.holds > 0) {
      this.items.push(item)
      return
    }
    this.holds += 1
    this.deliver(item)
    this.release()
  }

  /** Nothing is delivered until as many calls of `release`. */
  hold(): void {
    this.holds += 1
  }

  release(): void {
    this.holds -= 1
    if (this.holds === 0) this.flush()
  }

  private flush(): void {
    if (this.items.length === 0) return
    this.holds += 1
    // By index: what comes up meanwhile is appended, and taking from the front of a long array is slow.
    for (let index = 0; index < this.items.length; index++) {
      this.deliver(this.items[index] as Emission | (() => void))
    }
    this.items.length = 0
    this.holds -= 1
  }

  private deliver(item: Emission | (() => void)): void {
    try {
      if (typeof item === 'function') (item as () => void)()
      else this.emit(item)
    } catch (error) {
      report(error)
    }
  }
}
