/** The platform's timer, without its trap. */

/** Starts a timer; none for a delay of `Infinity`, nor for one so long that it would overflow and fire at once. */
export function startTimer(delay: number, run: () => void): ReturnType<typeof setTimeout> | undefined {
  // HTML, timer initialisation steps: the delay is a signed 32-bit integer.
  return delay < 2 ** 31 ? setTimeout(run, delay) : undefined
}
