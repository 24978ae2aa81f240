import type { Document } from '#domain/documents.ts'
import { namePattern, type PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'
import { createBreather } from './breather.ts'
import { toYamlStream } from './canonical.ts'
import type { ApplyAnswer, ApplyInput, Change, Enter, Policy } from './change.ts'
import {
  afterSteps,
  enterAll,
  type Listener,
  logUnentered,
  planesOf,
  tellAll,
  writeSteps,
} from './commit.ts'
import { changesOf, diffOf, type Step, stepsOf, summaryOf } from './describe.ts'
import type { Finding, SourceFile } from './finding.ts'
import { givenByCommand, readGiven } from './given.ts'
import { toProblems } from './locate.ts'
import { keyOf, planApply } from './plan.ts'
import { documentsOf, findStanding, loadPolicy, planeOf } from './policy.ts'
import { BadDocuments } from './problem.ts'
import { checkReferences } from './refer.ts'

interface ChangeParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** First called by `catchUp` or by the first change, not by `createChange`. */
  readonly enter: Enter
}

/** Loads what stands; Fault('bad_store') where a row is none that this version reads. */
export async function createChange({ store, clock, log, enter }: ChangeParts): Promise<Change> {
  let policy = await loadPolicy(store, createBreather(clock))
  const listeners: Listener[] = []
  const inTurn = createTurns()

  const commit = async (
    steps: readonly Step[],
    about: { by: string; set: string | undefined; summary: string; diff: string },
  ): Promise<number> => {
    const onto = policy.revision
    const revision = await writeSteps(store, steps, { ...about, at: clock.now(), onto })
    policy = afterSteps(policy, revision, steps)
    const trouble = await tellAll(listeners, policy, planesOf(steps))
    await enterAll(store, enter).catch((thrown) => logUnentered(log, revision, thrown))
    log.info('change.applied', { revision, by: about.by, documents: steps.length })
    if (trouble) throw trouble
    return revision
  }

  const apply = async (input: ApplyInput): Promise<ApplyAnswer> => {
    checkSet(input.set)
    const breathe = createBreather(clock)
    const { given, findings, isWhole } = await readGiven(input.files, breathe)
    const { plan, findings: conflicts } = planApply(policy, given, input)
    const dangling = isWhole ? await checkReferences(policy, plan, input.runners, breathe) : []
    refuse([...findings, ...conflicts, ...dangling], input.files)
    const steps = stepsOf(policy, plan, input.set)
    const changes = changesOf(steps)
    const diff = await diffOf(steps, breathe)
    const { by, set, dryRun } = input
    if (dryRun || steps.length === 0) return { revision: policy.revision, changes, diff, dryRun }
    await enterAll(store, enter)
    const revision = await commit(steps, { by, set, summary: summaryOf(changes), diff })
    return { revision, changes, diff, dryRun }
  }

  const put = async (document: Document, by: string, summary: string): Promise<number> => {
    const { given, findings } = givenByCommand(document)
    const plan = {
      given: new Map(given.map((one) => [keyOf(one.plane, one.kind, one.name), one])),
      remove: [],
    }
    const breathe = createBreather(clock)
    const dangling = await checkReferences(policy, plan, undefined, breathe)
    refuse([...findings, ...dangling], [])
    const set = findStanding(policy, planeOf(document), document.kind, document.name)?.set
    const steps = stepsOf(policy, plan, set)
    if (steps.length === 0) return policy.revision
    await enterAll(store, enter)
    return commit(steps, { by, set, summary, diff: await diffOf(steps, breathe) })
  }

  return {
    apply: (input) => inTurn(() => apply(input)),
    put: (document, by, summary) => inTurn(() => put(document, by, summary)),
    catchUp: () => inTurn(() => enterAll(store, enter)),
    current: () => policy,
    onChange(listener) {
      listeners.push(listener)
    },
    exportDocuments: (plane) => toYamlStream(exported(policy, plane)),
  }
}

/** One change at a time: each is checked against what the one before it made. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(task: () => Promise<T>): Promise<T> => {
    const turn = last.then(task)
    last = turn.catch(() => undefined)
    return turn
  }
}

function refuse(findings: readonly Finding[], files: readonly SourceFile[]): void {
  if (findings.length > 0) throw new BadDocuments(toProblems(findings, files))
}

function checkSet(set: string): void {
  if (namePattern.test(set)) return
  throw new Fault('usage', {
    detail: 'a set of files has a name of 1 to 24 of a-z, 0-9 and -, beginning with a letter',
    fix: 'bailiwick apply -f DIR --set NAME',
  })
}

function exported(policy: Policy, plane: PlaneId | undefined): Document[] {
  if (plane === undefined) {
    const ids = [...policy.planes.keys()].sort()
    return ids.flatMap((id) => exported(policy, id))
  }
  const here = policy.planes.get(plane)
  if (!here) throw new Fault('unknown_name', { detail: `there is no plane ${plane}` })
  return documentsOf(here)
}
