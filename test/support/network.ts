/** Two machines on a cable, as far as the kernel is concerned: network namespaces, which last as long as their processes. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Server } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

const serverAddress = '10.99.0.1'
const clientAddress = '10.99.0.2'

/** Hands a listening socket over: it stays where it was made, wherever the process is that accepts from it. */
const listen = `
  const server = require('node:net').createServer()
  server.listen(0, '${serverAddress}', () => process.send('listening', server))
`

/** Why there can be no such network here: not Linux, not root, no iproute2, a kernel that lacks something. */
export function obstacleToNetworks(): string | undefined {
  return complaint('ip link add cable type veth')
}

/** Why the network cannot lose packets here. */
export function obstacleToLoss(): string | undefined {
  const commands = lossCommands('lo', 0.5).map((command) => command.map((word) => `'${word}'`).join(' '))
  return complaint(commands.join(' && '))
}

/** What a command says that fails in a network of its own, which is gone with it. */
function complaint(command: string): string | undefined {
  const { error, status, stderr } = spawnSync('unshare', ['--net', 'sh', '-c', command], { encoding: 'utf8' })
  return error?.message ?? (status === 0 ? undefined : stderr.trim())
}

export class Network {
  private readonly server: ChildProcess
  private readonly client: ChildProcess
  private readonly listeners: Server[] = []

  private constructor(server: ChildProcess, client: ChildProcess) {
    this.server = server
    this.client = client
  }

  static async open(): Promise<Network> {
    const network = new Network(await startMachine(), await startMachine())
    const { server, client } = network
    const ends = [`netns ${server.pid}`, `type veth peer cable netns ${client.pid}`]
    await run('ip', `link add cable ${ends.join(' ')}`.split(' '))
    for (const [machine, address] of [
      [server, serverAddress],
      [client, clientAddress],
    ] as const) {
      await on(machine, 'ip', 'address', 'add', `${address}/30`, 'dev', 'cable')
      for (const device of ['cable', 'lo']) await on(machine, 'ip', 'link', 'set', device, 'up')
    }
    return network
  }

  /** What a command must begin with to run on the client's machine. */
  get onClient(): readonly string[] {
    return enter(this.client)
  }

  /** A port on the server's machine that leads to that port of 127.0.0.1 here. Answers where it is. */
  async forward(port: number): Promise<string> {
    const [command = '', ...args] = [...enter(this.server), process.execPath, '-e', listen]
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const [, listener] = (await once(child, 'message')) as [unknown, Server]
    this.listeners.push(listener)
    // Both would accept.
    await end(child)
    listener.on('connection', (client) => {
      const server = connect(port, '127.0.0.1')
      pipeline(client, server, client).catch(() => {})
    })
    return `${serverAddress}:${(listener.address() as { port: number }).port}`
  }

  /** Pulls out the cable: both sides are told. */
  async unplug(): Promise<void> {
    await on(this.server, 'ip', 'link', 'set', 'cable', 'down')
  }

  async plug(): Promise<void> {
    await on(this.server, 'ip', 'link', 'set', 'cable', 'up')
  }

  /** Loses that share of the packets, either way, and tells nobody. */
  async lose(share: number): Promise<void> {
    for (const machine of [this.server, this.client]) {
      for (const command of lossCommands('cable', share)) await on(machine, ...command)
    }
  }

  async close(): Promise<void> {
    for (const listener of this.listeners) listener.close()
    await Promise.all([end(this.server), end(this.client)])
  }
}

/** A process that has a network of its own, and ends when this one does: then nothing is left of it. */
async function startMachine(): Promise<ChildProcess> {
  const child = spawn('unshare', ['--net', 'sh', '-c', 'echo ready && exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

function enter({ pid }: ChildProcess): readonly string[] {
  return ['nsenter', `--target=${pid}`, '--net']
}

async function on(machine: ChildProcess, ...command: readonly string[]): Promise<void> {
  const [first = '', ...rest] = [...enter(machine), ...command]
  await run(first, rest)
}

/** Loses that share of the packets that come in. Not by `netem`, which many kernels lack. */
function lossCommands(device: string, share: number): string[][] {
  const bound = Math.min(Math.round(share * 2 ** 32), 2 ** 32 - 1)
  // For the kernel's packet filter: load a random number; below the bound, drop the packet; else go on.
  const program = `4,32 0 0 ${0xfffff038},53 1 0 ${bound},6 0 0 2,6 0 0 ${0xffffffff}`
  return [
    `tc qdisc replace dev ${device} clsact`.split(' '),
    [
      ...`tc filter replace dev ${device} ingress protocol ip pref 1 handle 1 bpf`.split(' '),
      'direct-action',
      'bytecode',
      program,
    ],
  ]
}
