// As much of an AMD loader as it takes: what is defined without a name is `steadysocket`.
globalThis.define = (names, factory) => {
  globalThis.SteadySocket = typeof names === 'function' ? names() : factory(...names)
}
globalThis.define.amd = {}
