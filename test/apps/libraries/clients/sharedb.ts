/** ShareDB, which keeps its socket and waits for it to come back. */
// @ts-expect-error it has no types of its own
import sharedb from 'sharedb/lib/client'
import { type Ask, LastingSocket } from './sockets.ts'

export default (url: string): Ask => {
  const connection = new sharedb.Connection(new LastingSocket(url))
  const doc = connection.get('notes', 'first')
  const done = (run: (callback: (error: unknown) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      run((error) => (error ? reject(error) : resolve()))
    })
  const ready = done((callback) => doc.subscribe(callback)).then(() =>
    doc.type ? undefined : done((callback) => doc.create({}, callback)),
  )
  return async (text) => {
    await ready
    // Acknowledged by the server; what was not is sent again by ShareDB.
    await done((callback) => doc.submitOp([{ p: [text], oi: text }], callback))
    return doc.data[text]
  }
}
