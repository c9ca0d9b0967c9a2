/**
 * Mutation testing: `npm run mutate`, or `npm run mutate -- src/core/outbox.ts` for some files.
 *
 * Each mutant is run by the unit tests that reach it, until one fails. Answers the score by file, and writes what no
 * test has noticed to `coverage/mutants.txt`. Those that nobody can notice are listed in `equivalent.txt`, with why.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import { startVitest } from 'vitest/node'
import { mutate } from './mutants.mjs'

const root = resolve(import.meta.dirname, '../..')
/** Files without logic of their own, and the server inside the page, which is for tests. */
const left = /^src\/(index|umd|websocket\/(index|umd)|testing\/.*|core\/(context|part|events))\b/
/** They take long, or measure: 45 s of random calls, memory, cost and crowds are no way to judge each mutant. */
const slow = ['state-machine.property', 'outbox.property', 'outbox-cost', 'outbox-memory', 'storm']
/** Ms after which a run is taken for one without an end. */
const patience = 30_000

const folder = resolve(root, 'coverage')
const log = resolve(folder, `mutants.${process.pid}.log`)
const equivalent = readFileSync(resolve(import.meta.dirname, 'equivalent.txt'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('src/'))
const asked = process.argv.slice(2)
const paths = readdirSync(resolve(root, 'src'), { recursive: true })
  .map((path) => `src/${path}`)
  .filter((path) => path.endsWith('.ts') && (asked.length > 0 ? asked.includes(path) : !left.test(path)))
  .sort()

const mutants = []
const texts = new Map()
for (const path of paths) {
  const made = mutate(path, readFileSync(resolve(root, path), 'utf8'), mutants.length)
  texts.set(path, made.text)
  mutants.push(...made.mutants)
}
/** Not by its number, since a line of a file may move; where the change alone is found elsewhere too, ` in ` its whole line. */
const namesOf = ({ path, from, to, text }) => [
  `${path}: ${from} → ${to}`,
  `${path}: ${from} → ${to} in ${text}`,
]
const isEquivalent = (mutant) => equivalent.some((line) => namesOf(mutant).includes(line.split('  # ')[0]))
const wanted = mutants.filter((mutant) => !isEquivalent(mutant))

/** The tests that are about a source file, by their names. */
const own = JSON.parse(readFileSync(resolve(import.meta.dirname, 'own.json'), 'utf8'))
const ownTests = (path) => own[basename(path, '.ts')] ?? basename(path, '.ts')

mkdirSync(folder, { recursive: true })
writeFileSync(log, `${JSON.stringify({ wanted: wanted.map(({ id, path }) => [id, ownTests(path)]) })}\n`)
const readLog = () =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

/** First those that found the most in the last run: what is found is run no more. */
const countsFile = resolve(folder, 'mutation-counts.json')
const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : {}
const rankOf = (path) => counts[basename(path)] ?? statSync(path).size / 1_000
class BestFirst {
  sort = (files) => files.sort((a, b) => rankOf(b.moduleId) - rankOf(a.moduleId))
  shard = (files) => files
}

const plugin = {
  name: 'mutants',
  enforce: 'pre',
  transform: (_code, id) => {
    const text = texts.get(relative(root, id.split('?')[0]))
    return text === undefined ? undefined : { code: text, map: null }
  },
}

/** A run that does not come back is ended, and its mutant with it. */
let seen = ''
let seenAt = Date.now()
const watch = setInterval(() => {
  const last = readFileSync(log, 'utf8').trimEnd().split('\n').at(-1)
  if (last !== seen) [seen, seenAt] = [last, Date.now()]
  const { start, pid } = JSON.parse(last)
  if (start === undefined || Date.now() - seenAt < patience) return
  appendFileSync(log, `${JSON.stringify({ killed: start, by: 'patience' })}\n`)
  process.kill(pid, 'SIGKILL')
}, 1_000)

const tests = readdirSync(resolve(root, 'test/unit'))
  .filter((name) => name.endsWith('.test.ts') && !slow.includes(name.replace('.test.ts', '')))
  .map((name) => resolve(root, 'test/unit', name))
/** Ms of tests of a file that a mutant is run by, where they are not about it: then it is all of them. */
const passes = [8]
for (const [pass, budget] of passes.entries()) {
  let todo = tests
  const isDone = (entries, test) =>
    entries.some(
      (each) => (each.finished === test && each.pass === `${pass}`) || (each.broken && each.file === test),
    )
  for (let round = 0; todo.length > 0 && round < 50; round += 1) {
    const vitest = await startVitest(
      'test',
      todo,
      {
        config: false,
        root,
        watch: false,
        environment: 'happy-dom',
        include: todo,
        runner: resolve(import.meta.dirname, 'runner.mjs'),
        pool: 'forks',
        maxWorkers: 1,
        fileParallelism: false,
        testTimeout: 2_000,
        hookTimeout: 2_000,
        reporters: [{}],
        sequence: { sequencer: BestFirst },
        env: { MUTATION_LOG: log, MUTATION_PASS: `${pass}`, MUTATION_BUDGET: `${budget}` },
        dangerouslyIgnoreUnhandledErrors: true,
      },
      { plugins: [plugin] },
    )
    await vitest.close()
    const entries = readLog()
    todo = todo.filter((test) => !isDone(entries, test))
  }
}
clearInterval(watch)

const entries = readLog()
rmSync(log)
const found = {}
for (const { broken, file, by } of entries) {
  if (broken) console.log(`Fails by itself: ${relative(root, file)}`)
  if (by) found[by] = (found[by] ?? 0) + 1
}
if (asked.length === 0) writeFileSync(countsFile, JSON.stringify(found))
const killed = new Set(entries.map((entry) => entry.killed))
const survivors = wanted.filter(({ id }) => !killed.has(id))
const reached = new Set(entries.map((entry) => entry.survived))
const lineOf = (mutant) =>
  `${mutant.path}:${mutant.line}: ${mutant.from} → ${mutant.to}${reached.has(mutant.id) ? '' : '  (not reached)'}`
writeFileSync(resolve(folder, 'mutants.txt'), survivors.map((mutant) => `${lineOf(mutant)}\n`).join(''))

const row = (name, all) => {
  const found = all.filter(({ id }) => killed.has(id)).length
  const score = all.length === 0 ? 100 : (100 * found) / all.length
  console.log(`| ${name} | ${all.length} | ${found} | ${score.toFixed(1)} % |`)
  return score
}
console.log('| file | mutants | found | score |\n| --- | ---: | ---: | ---: |')
const scores = paths.map((path) =>
  row(
    path,
    wanted.filter((mutant) => mutant.path === path),
  ),
)
row('all', wanted)
console.log(`\nEquivalent: ${mutants.length - wanted.length}. Not found: coverage/mutants.txt`)
process.exitCode = Math.min(...scores) < 93 ? 1 : 0
