/** Runs a test file as it is, then once for each mutant that it reaches and that no other file has found. */
import { appendFileSync, readFileSync } from 'node:fs'
import { startTests } from '@vitest/runner'
import { VitestTestRunner } from 'vitest/runners'

const { MUTATION_LOG: log, MUTATION_PASS: pass } = process.env
/** Ms of tests that a mutant is run by, or one test, where the file is not about it. */
const budget = Number(process.env.MUTATION_BUDGET)
const write = (entry) => appendFileSync(log, `${JSON.stringify(entry)}\n`)
const readLog = () =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

/** Asked wherever a mutant may be: whether it is on. A run that asks far too often is endless. */
let active = -1
let hits = new Set()
let asked = 0
let most = Infinity
globalThis.__mutant = (id) => {
  hits.add(id)
  if (++asked > most) throw new Error('endless')
  return id === active
}

let unhandled = 0
for (const kind of ['unhandledRejection', 'uncaughtException']) process.on(kind, () => (unhandled += 1))

const testsOf = (task) => (task.type === 'test' ? [task] : task.tasks.flatMap(testsOf))
const tasksOf = (suite) => suite.tasks.flatMap((task) => [task, ...(task.tasks ? tasksOf(task) : [])])
const nextTask = () => new Promise((resolve) => setImmediate(resolve))

export default class MutationRunner extends VitestTestRunner {
  /** By test: the mutants that it reaches, and the ms that it takes. */
  reached = new Map()
  slowest = 0
  /** In the run of a mutant: the tests to run, and the first that failed. */
  chosen
  failed

  /** The tests as they were collected first, where a mutant does not need them anew. */
  tree

  importFile(path, source) {
    return this.tree ? undefined : super.importFile(path, source)
  }

  onBeforeRunFiles(files) {
    this.atLoad = hits
    if (this.tree) {
      files[0] = this.tree
      for (const task of [this.tree, ...tasksOf(this.tree)]) {
        task.mode = 'run'
        task.result = undefined
      }
    }
    for (const test of files.flatMap(testsOf))
      if (this.chosen && !this.chosen.has(test.id)) test.mode = 'skip'
    if (this.chosen && files[0].result?.state === 'fail') this.failed = 'loading'
  }

  async onBeforeRunTask(test) {
    if (this.failed) test.mode = 'skip'
    hits = new Set()
    asked = 0
    await super.onBeforeRunTask(test)
    this.startedAt = performance.now()
  }

  onAfterRunTask(test) {
    super.onAfterRunTask(test)
    if (test.result?.state === 'fail') this.failed ??= test.id
    if (this.chosen || test.mode === 'skip') return
    this.reached.set(test.id, { hits, ms: performance.now() - this.startedAt })
    this.asked = Math.max(this.asked ?? 0, asked)
    hits = new Set()
  }

  async onAfterRunFiles(files) {
    await super.onAfterRunFiles(files)
    if (!this.chosen) await this.runMutants(files[0])
  }

  async runMutants(file) {
    const { filepath } = file
    const { name } = filepath.match(/(?<name>[^/]+)$/).groups
    if (this.failed) return write({ file: filepath, broken: this.failed })
    const entries = readLog()
    const done = new Set(entries.flatMap(({ killed }) => (killed === undefined ? [] : [killed])))
    for (const { survived, file, pass: of } of entries)
      if (survived !== undefined && file === filepath && of === pass) done.add(survived)
    const wanted = new Map(entries[0].wanted)
    const all = new Set([...this.atLoad, ...[...this.reached.values()].flatMap((each) => [...each.hits])])
    for (const id of all) {
      if (done.has(id) || !wanted.has(id)) continue
      const isAtLoad = this.atLoad.has(id)
      // Those that reach the least else are made for it.
      const limit = new RegExp(`^(${wanted.get(id)})`).test(name) ? Infinity : budget
      let ms = 0
      const chosen = [...this.reached]
        .filter(([, each]) => isAtLoad || each.hits.has(id))
        .sort(([, a], [, b]) => a.hits.size - b.hits.size || a.ms - b.ms)
        .filter(([, each]) => {
          ms += each.ms
          return ms === each.ms || ms < limit
        })
        .map(([test]) => test)
      write({ start: id, file: filepath, pid: process.pid })
      const tree = isAtLoad ? undefined : file
      const failed = await this.run(filepath, new Set(chosen), id, tree)
      if (!failed) {
        write({ survived: id, file: filepath, pass })
        continue
      }
      write({ killed: id, by: name, test: failed })
      // What a mutant has left behind shall not be taken for the next one's doing.
      const again = new Set(failed === 'loading' ? chosen.slice(0, 1) : [failed])
      if (!(await this.run(filepath, again, -1, tree))) continue
      if (await this.run(filepath, again, -1)) return write({ unclean: id, file: filepath })
      file = this.latest
    }
    write({ finished: filepath, pass })
  }

  /** @returns the test that failed, if one did */
  async run(filepath, chosen, id, tree) {
    if (!tree) this.reset()
    const runner = new MutationRunner(this.config)
    runner.moduleRunner = this.moduleRunner
    runner.pool = this.pool
    runner.__setTraces(this._otel)
    runner.chosen = chosen
    runner.tree = tree
    unhandled = 0
    asked = 0
    most = 100_000 + 20 * this.asked
    active = id
    const [file] = await startTests([filepath], runner)
    this.latest = file
    await nextTask()
    active = -1
    most = Infinity
    if (!runner.failed && (file.result?.state === 'fail' || unhandled > 0)) return [...chosen][0]
    return runner.failed
  }

  reset() {
    for (const [path, node] of this.workerState.evaluatedModules.idToModuleMap) {
      if (path.includes('/node_modules/')) continue
      node.promise = node.exports = undefined
      node.evaluated = false
      node.importers.clear()
    }
  }
}
