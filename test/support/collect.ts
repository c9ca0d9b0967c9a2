/** What a socket tells, kept until a test asks for it: nothing is missed between two awaits. */
import type { SteadySocket, SteadySocketEvents } from '../../src/index.ts'

export class Collected<T> {
  /** Everything so far, whether or not it was asked for. */
  readonly all: T[] = []
  private asked = 0
  private readonly waiting: Array<() => void> = []

  readonly push = (item: T): void => {
    this.all.push(item)
    for (const look of this.waiting.splice(0)) look()
  }

  /** The first one that was not asked for yet, as soon as it is there. */
  async next(): Promise<T> {
    const index = this.asked++
    while (this.all.length <= index) await new Promise<void>((look) => this.waiting.push(look))
    return this.all[index] as T
  }

  /** The next so many. */
  async take(count: number): Promise<T[]> {
    const taken: T[] = []
    while (taken.length < count) taken.push(await this.next())
    return taken
  }
}

/** The first argument of every event of that name from now on. */
export function collect<In, Out, Name extends keyof SteadySocketEvents<In>>(
  socket: SteadySocket<In, Out>,
  name: Name,
): Collected<SteadySocketEvents<In>[Name][0]> {
  const collected = new Collected<SteadySocketEvents<In>[Name][0]>()
  socket.on(name, collected.push as never)
  return collected
}

/** The names of the states it goes through from now on, the present one first. */
export function collectStates<In, Out>(socket: SteadySocket<In, Out>): Collected<string> {
  const collected = new Collected<string>()
  socket.subscribe(({ name }) => collected.push(name))
  return collected
}
