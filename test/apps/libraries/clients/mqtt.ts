/** mqtt, which reconnects by itself. */
import mqtt from 'mqtt'
import { type Ask, Socket } from './sockets.ts'

export default (url: string): Ask => {
  const client = mqtt.connect(url, {
    reconnectPeriod: 10,
    createWebsocket: (address, protocols) => new Socket(address, protocols),
  })
  return async (text) => {
    const answer = new Promise<string>((resolve) => {
      client.on('message', (_, payload) => {
        if (String(payload) === text) resolve(text)
      })
    })
    // What is published before it is connected goes out before it subscribes again.
    if (!client.connected) await new Promise<void>((resolve) => client.once('connect', () => resolve()))
    await client.subscribeAsync('echo', { qos: 1 })
    await client.publishAsync('echo', text, { qos: 1 })
    return answer
  }
}
