/** The bus of several processes: Redis keeps the messages and the pictures, and its pub/sub tells them to everyone. */

import { randomUUID } from 'node:crypto'
import { createClient, RESP_TYPES } from 'redis'
import { HISTORY } from './bus.js'

/** @import { Bus, Listener } from './bus.js' */

const KEEP_SECONDS = 3600
const REFRESH = 5_000
const GONE_AFTER = 3 * REFRESH

const key = {
  seen: (/** @type {string} */ id) => `chat:seen:${id}`,
  picture: (/** @type {string} */ id) => `chat:picture:${id}`,
  last: 'chat:last',
  history: 'chat:history',
  people: 'chat:people',
}
const channel = { messages: 'chat:messages', people: 'chat:people-changed' }

// In one step, so that the order of the numbers is the order in which every process hears of them.
const PUBLISH = `
  if not redis.call('SET', KEYS[1], '', 'NX', 'EX', ${KEEP_SECONDS}) then return end
  local last = tonumber(redis.call('GET', KEYS[2]) or 0)
  local number = string.format('%.0f', math.max(last + 1, tonumber(ARGV[2])))
  local message = '{"number":' .. number .. ',' .. string.sub(ARGV[1], 2)
  redis.call('SET', KEYS[2], number)
  redis.call('ZADD', KEYS[3], number, message)
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -${HISTORY + 1})
  redis.call('PUBLISH', '${channel.messages}', message)
`

/**
 * @param {string} url
 * @param {Listener} listener
 * @returns {Promise<Bus>}
 */
export async function createRedisBus(url, { take, people }) {
  const name = randomUUID()
  // It connects again by itself; meanwhile commands wait, but not without limit.
  const client = createClient({ url, commandsQueueMaxLength: 10_000, pingInterval: 10_000 })
  const subscriber = client.duplicate()
  const buffers = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  for (const each of [client, subscriber]) each.on('error', complain)
  await Promise.all([client.connect(), subscriber.connect()])

  let caughtUp = 0
  /** What pub/sub has not brought: at the start, and after Redis was out of reach. */
  async function catchUp() {
    const missed = await client.zRange(key.history, `(${caughtUp}`, '+inf', { BY: 'SCORE' })
    for (const message of missed) {
      const parsed = JSON.parse(message)
      caughtUp = Math.max(caughtUp, parsed.number)
      take(parsed)
    }
  }

  /** @type {string[]} */
  let ours = []
  async function tellWhoIsHere() {
    await client.hSet(key.people, name, JSON.stringify({ names: ours, at: Date.now() }))
    await client.publish(channel.people, '')
  }

  async function readWhoIsHere() {
    const processes = Object.entries(await client.hGetAll(key.people))
    const names = []
    for (const [process, entry] of processes) {
      const { names: theirs, at } = JSON.parse(entry)
      if (Date.now() - at < GONE_AFTER) names.push(...theirs)
      else await client.hDel(key.people, process)
    }
    people(names)
  }

  await subscriber.subscribe(channel.messages, (message) => take(JSON.parse(message)))
  await subscriber.subscribe(channel.people, () => void readWhoIsHere().catch(complain))
  await catchUp()
  const refresh = setInterval(() => {
    if (client.isReady) Promise.all([catchUp(), tellWhoIsHere()]).catch(complain)
  }, REFRESH)

  return {
    async publish(draft) {
      const keys = [key.seen(draft.id), key.last, key.history]
      await persistently(() =>
        client.eval(PUBLISH, { keys, arguments: [JSON.stringify(draft), String(Date.now())] }),
      )
    },
    async keepPicture(id, bytes) {
      await persistently(() => client.set(key.picture(id), bytes, { EX: KEEP_SECONDS, condition: 'NX' }))
    },
    async picture(id) {
      return (await buffers.get(key.picture(id))) ?? undefined
    },
    async here(names) {
      ours = names
      await persistently(tellWhoIsHere)
    },
    async close() {
      clearInterval(refresh)
      if (client.isReady) {
        const gone = client.hDel(key.people, name).then(() => client.publish(channel.people, ''))
        await gone.catch(complain)
      }
      client.destroy()
      subscriber.destroy()
    },
  }
}

/**
 * A command that was under way when Redis went has failed; the next waits until it is back. For what does no harm when it
 * is done twice.
 *
 * @param {() => Promise<unknown>} command
 */
async function persistently(command, tries = 5) {
  try {
    await command()
  } catch (error) {
    if (tries === 1) throw error
    complain(error)
    await persistently(command, tries - 1)
  }
}

let complaint = ''

/** @param {unknown} error */
function complain(error) {
  const text = error instanceof Error ? error.message || error.name : String(error)
  if (text !== complaint) console.warn(`Redis: ${text}`)
  complaint = text
}
