/**
 * A network of this process's own, in which single addresses can be made to swallow all that is sent to them; where the
 * system grants none, the loopback network, which cannot.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const inside = 'STEADYSOCKET_OUTAGE_NETWORK'
const gate = '10.0.0.1'
const run = promisify(execFile)
const ip = (...words: string[]): Promise<unknown> => run('ip', words)

/** Whether this process is in a network of its own, that is whether packets can be lost. */
export const isPrivate: boolean = process.env[inside] !== undefined

let addresses = 0

/** An address that nobody has used yet. */
export function freshAddress(): string {
  const number = ++addresses
  return `${isPrivate ? 10 : 127}.${1 + (number >> 14)}.${(number >> 7) & 127}.${1 + (number & 127)}`
}

/** Runs this command again in a network of its own; answers its exit code, or undefined where that is not possible. */
export async function rerunInPrivate(args: readonly string[]): Promise<number | undefined> {
  const unshare = ['--map-root-user', '--net']
  try {
    execFileSync('unshare', [...unshare, 'sh', '-c', setUp], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const command = `${setUp} && exec "$0" "$@"`
  const program = ['../start.mjs', 'main.ts'].map((file) => fileURLToPath(new URL(file, import.meta.url)))
  const child = spawn('unshare', [...unshare, 'sh', '-c', command, process.execPath, ...program, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [inside]: 'yes' },
  })
  process.once('exit', () => child.kill())
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** All of 10.0.0.0/8 is here, and `hole` is a cable whose other end takes no packet, since none carries its address. */
const setUp = [
  'ip link set lo up',
  'ip link add hole arp off type veth peer name end',
  `ip address add ${gate}/32 dev hole`,
  'ip link set hole up',
  'ip link set end up',
  `ip route add local 10.0.0.0/8 dev lo src ${gate} table local`,
].join(' && ')

/** From now on, what is sent to this address is lost. */
export async function lose(address: string): Promise<void> {
  await ip('route', 'add', `${address}/32`, 'dev', 'hole', 'src', gate, 'table', 'local')
}

export async function find(address: string): Promise<void> {
  await ip('route', 'del', `${address}/32`, 'dev', 'hole', 'table', 'local')
}

/** The `address:port`s to which a connection has been asked for, but not been answered yet. */
export function unanswered(): Array<{ local: string; remote: string }> {
  const [, ...lines] = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n')
  return lines.flatMap((line) => {
    const [, local = '', remote = '', state] = line.trim().split(/\s+/)
    return state === '02' ? [{ local, remote: readable(remote) }] : []
  })
}

/** `0302010A:1388` is 10.1.2.3:5000. */
function readable(hex: string): string {
  const [address = '', port = ''] = hex.split(':')
  const octets = address.match(/../g)?.map((octet) => Number.parseInt(octet, 16)) ?? []
  return `${octets.reverse().join('.')}:${Number.parseInt(port, 16)}`
}
