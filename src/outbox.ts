/** Delivers events one after the other, in order, however deep inside a listener they come up. */
import { report } from './errors.ts'

/**
 * A listener may call any method, and that may bring further events: those wait until the present one
 * has reached every listener, so that all see the same order. What a listener throws is reported, once.
 */
export class Outbox<Letter> {
  private readonly letters: Array<Letter | (() => void)> = []
  private readonly deliver: (letter: Letter) => void
  private holds = 0

  constructor(deliver: (letter: Letter) => void) {
    this.deliver = deliver
  }

  /** Delivers now, or as soon as what is under way is done. A function is a step to be taken between events. */
  post(...letters: Array<Letter | (() => void)>): void {
    this.letters.push(...letters)
    if (this.holds === 0) this.flush()
  }

  /** The same for one, as messages come. */
  postOne(letter: Letter | (() => void)): void {
    if (this.holds > 0) {
      this.letters.push(letter)
      return
    }
    this.holds += 1
    this.take(letter)
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
    if (this.letters.length === 0) return
    this.holds += 1
    // By index: what comes up meanwhile is appended, and taking from the front of a long array is slow.
    for (let index = 0; index < this.letters.length; index++) {
      this.take(this.letters[index] as Letter | (() => void))
    }
    this.letters.length = 0
    this.holds -= 1
  }

  private take(letter: Letter | (() => void)): void {
    try {
      if (typeof letter === 'function') (letter as () => void)()
      else this.deliver(letter)
    } catch (error) {
      report(error)
    }
  }
}
