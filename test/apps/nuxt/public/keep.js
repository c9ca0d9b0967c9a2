// Keeps what is said on the console for the test.
globalThis.said = []
for (const method of ['error', 'warn']) console[method] = (...args) => globalThis.said.push(args.join(' '))
addEventListener('error', ({ message }) => globalThis.said.push(message))
