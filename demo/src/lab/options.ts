/** The options as fields of a form, as a value, and as code. */

import type { SteadySocketOptions } from 'steadysocket'
import { create, find } from '../page.ts'

interface Field {
  /** Where it goes in the options: `reconnect.baseDelay`. */
  path: string
  unit?: string
  /** What the library takes where nothing is said. */
  default: string
  choices?: string[]
  /** What the laboratory begins with, if not the default. */
  start?: string
}

const onOff = ['on', 'off']

const fields: Field[] = [
  { path: 'reconnect', default: 'on', choices: onOff },
  { path: 'reconnect.baseDelay', unit: 'ms', default: '3000' },
  { path: 'reconnect.maxDelay', unit: 'ms', default: '9000' },
  { path: 'reconnect.factor', default: '2' },
  { path: 'reconnect.jitter', default: 'spread', choices: ['spread', 'full', 'equal', 'none'] },
  { path: 'reconnect.maxAttempts', default: 'Infinity' },
  { path: 'reconnect.stableAfter', unit: 'ms', default: '5000' },
  { path: 'connectTimeout', unit: 'ms', default: '5000' },
  { path: 'closeTimeout', unit: 'ms', default: '5000' },
  { path: 'heartbeat', default: 'off', choices: onOff, start: 'on' },
  { path: 'heartbeat.interval', unit: 'ms', default: '', start: '2000' },
  { path: 'heartbeat.timeout', unit: 'ms', default: '', start: '3000' },
  { path: 'queue', default: 'on', choices: onOff },
  { path: 'queue.maxBytes', unit: 'bytes', default: '67108864' },
  { path: 'queue.maxMessages', default: 'Infinity' },
  { path: 'queue.overflow', default: 'reject', choices: ['reject', 'drop-oldest'] },
  { path: 'queue.highWaterMark', unit: 'bytes', default: 'auto' },
  { path: 'queue.resendUnsent', unit: 'times', default: '3' },
  { path: 'binaryType', default: 'blob', choices: ['blob', 'arraybuffer'] },
  { path: 'wake', default: 'on', choices: onOff },
  { path: 'hiddenTimeout', unit: 'ms', default: 'Infinity' },
]

type Value = string | number | boolean
type Group = Record<string, Value>

const controls = new Map<string, HTMLInputElement | HTMLSelectElement>()

/** Puts the fields into the form. */
export function showFields(): void {
  find('div', 'fields').replaceChildren(
    ...fields.flatMap((field) => {
      const control = createControl(field)
      const label = create('label', field.path)
      control.id = `option-${field.path}`
      label.htmlFor = control.id
      if (field.unit) label.append(create('small', ` ${field.unit}`))
      controls.set(field.path, control)
      return [label, control]
    }),
  )
}

function createControl({
  default: byDefault,
  choices,
  start = byDefault,
}: Field): HTMLInputElement | HTMLSelectElement {
  if (!choices) {
    const input = create('input')
    input.defaultValue = start
    input.spellcheck = false
    return input
  }
  const select = create('select')
  select.append(...choices.map((choice) => new Option(choice, choice, choice === start, choice === start)))
  return select
}

export function setField(path: string, value: string): void {
  const control = controls.get(path)
  if (control) control.value = value
}

export function isOn(path: string): boolean {
  return controls.get(path)?.value === 'on'
}

/** What differs from the defaults, by group. What is no number goes through as it is: the constructor says what it thinks of it. */
function differences(): Record<string, Value | Group> {
  const options: Record<string, Value | Group> = {}
  for (const { path, default: byDefault } of fields) {
    const [first = '', second] = path.split('.')
    const text = controls.get(path)?.value.trim() ?? ''
    if (text === byDefault || text === '' || (second && options[first] === false)) continue
    if (!second) {
      options[first] = text === 'on' ? {} : parseValue(text)
      continue
    }
    const group = options[first]
    // Without a heartbeat its fields mean nothing.
    if (first === 'heartbeat' && !group) continue
    options[first] = { ...(typeof group === 'object' && group), [second]: parseValue(text) }
  }
  return options
}

function parseValue(text: string): Value {
  if (text === 'off') return false
  return Number.isNaN(Number(text)) ? text : Number(text)
}

/** For the constructor. */
export function readOptions(): SteadySocketOptions {
  const options = differences()
  if (options['heartbeat'])
    options['heartbeat'] = {
      ...(options['heartbeat'] as Group),
      message: 'ping',
      isPong: (message: string) => message === 'pong',
    } as unknown as Group
  return options as SteadySocketOptions
}

/** For a frontend developer. */
export function writeCode(): string {
  const options = differences()
  const lines = Object.entries(options).map(([name, value]) => {
    if (typeof value !== 'object') return `  ${name}: ${literal(value)},`
    const members = Object.entries(value).map(([member, each]) => `    ${member}: ${literal(each)},`)
    if (name === 'heartbeat')
      members.push(`    message: 'ping',`, `    isPong: (message) => message === 'pong',`)
    return [`  ${name}: {`, ...members, '  },'].join('\n')
  })
  const tail = lines.length > 0 ? `, {\n${lines.join('\n')}\n}` : ''
  return `import { SteadySocket } from 'steadysocket'\n\nconst socket = new SteadySocket('/feed'${tail})`
}

function literal(value: Value): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`
  return typeof value === 'number' && Math.abs(value) >= 10_000
    ? String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '_')
    : String(value)
}
