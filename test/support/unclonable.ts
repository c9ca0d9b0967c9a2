/** Errors that an application may throw and that no structured clone takes as they are. */

const own = (more: object): Error => Object.assign(new Error('why'), more)

export const unclonable: [string, () => unknown][] = [
  ['a function', () => () => {}],
  ['a symbol', () => Symbol('why')],
  ['an object with a function', () => ({ retry: () => {} })],
  ['an error whose cause is a function', () => new Error('why', { cause: () => {} })],
  [
    'an error whose cause is an error whose cause is a symbol',
    () => new Error('why', { cause: new Error('deep', { cause: Symbol('deep') }) }),
  ],
  ['an error that holds a response', () => own({ response: { json: () => {} }, request: new EventTarget() })],
  [
    'an error of a class',
    () =>
      new (class Refused extends Error {
        readonly retry = (): void => {}
      })('why'),
  ],
  ['a proxy of an error', () => new Proxy(new Error('why'), {})],
  ['an event', () => new Event('error')],
  ['a promise', () => Promise.resolve()],
]
