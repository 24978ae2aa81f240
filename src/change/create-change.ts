import type { Document } from '#domain/documents.ts'
import { namePattern, type PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Commit, RevisionChange, RowChange, Store } from '#store/store.ts'
import { createBreather } from './breather.ts'
import { toYamlStream } from './canonical.ts'
import type {
  About,
  ApplyAnswer,
  ApplyInput,
  Change,
  Check,
  Consequence,
  DocumentName,
  EditAbout,
  Enter,
  LateConsequence,
  Policy,
} from './change.ts'
import { changesOf, documentsOf, enterAll, followed, logUnentered } from './commit.ts'
import { answerOf, diffOf, editsOf, firstAsked, type Step, stepsOf, summaryOf } from './describe.ts'
import type { Finding, SourceFile } from './finding.ts'
import { createFollowers, notFollowed } from './followers.ts'
import { givenByCommand, readGiven } from './given.ts'
import { toProblems } from './locate.ts'
import { findDone, keyFor } from './once.ts'
import { readAhead } from './openapi.ts'
import { keyOf, type Plan, planApply } from './plan.ts'
import {
  documentsOf as documentsIn,
  findStanding,
  keyInPlane,
  loadPolicy,
  planeOf,
} from './policy.ts'
import { BadDocuments } from './problem.ts'
import { objectionsTo, proposedBy } from './proposed.ts'
import { checkReferences } from './refer.ts'
import { planOf, stepsBack } from './restore.ts'
import { liftedWithPlane } from './suspend.ts'

interface ChangeParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** First called by `catchUp` or by the first change, not by `createChange`. */
  readonly enter: Enter
}

type Drafted = Parameters<Change['draft']>[0]

/** What would be done, and what of it was given where. */
interface PlannedSteps {
  readonly steps: readonly Step[]
  readonly given: Plan['given']
}

/** The documents of some files, read and checked by themselves. */
type Read = Awaited<ReturnType<typeof readGiven>>

/** What a change writes, and what it is told as. */
interface Planned {
  readonly documents: Commit['documents']
  readonly rows: Commit['rows']
  readonly set: string | undefined
  readonly summary: string
  readonly diff: string
}

/** So often somebody else may come first before a change gives up. */
const mostAttempts = 8
const revisionsAtOnce = 200

/** Loads what stands; Fault('bad_store') where a row is none that this version reads. */
export async function createChange({ store, clock, log, enter }: ChangeParts): Promise<Change> {
  let policy = await loadPolicy(store, createBreather(clock))
  /** A revision is known to stand that could not be read yet. */
  let isUnread = false
  const followers = createFollowers()
  const consequences: (Consequence | LateConsequence)[] = [liftedWithPlane]
  const checks: Check[] = []
  const inTurn = createTurns()
  const toRead = createTurns()

  const take = async (changes: readonly RevisionChange[]): Promise<Fault | undefined> => {
    const moved = await followed(store, policy, changes)
    policy = moved.policy
    return await followers.tell(moved)
  }

  /** Brings what stands here to what stands in the store; whoever fails holds up no revision. */
  const follow = async (): Promise<void> => {
    let trouble: Fault | undefined
    let hasTold = false
    for (;;) {
      const changes = await store.revisions.changesAfter(policy.revision, revisionsAtOnce)
      if (changes.length === 0) break
      trouble = await take(changes)
      hasTold = true
    }
    isUnread = false
    if (!hasTold) trouble = await followers.tellAgain(policy)
    if (trouble) throw trouble
  }

  /** What stands already is in force here: what fails of that is no failure of the change. */
  const putInForce = async (change: Commit, revision: number): Promise<Fault | undefined> => {
    try {
      return await take(changesOf(change, revision))
    } catch (thrown) {
      isUnread = true
      return notFollowed(revision, thrown)
    }
  }

  const commit = async (planned: Planned, about: About, key: Commit['key']): Promise<number> => {
    const taken: RowChange[] = []
    for (const one of consequences) taken.push(...(await one(planned.documents, policy)))
    const change: Commit = {
      ...planned,
      rows: [...planned.rows, ...taken],
      by: about.by,
      why: about.why ?? '',
      at: clock.now(),
      key,
      onto: policy.revision,
    }
    const revision = await store.commit(change)
    const trouble = await putInForce(change, revision)
    await enterAll(store, enter).catch((thrown) => logUnentered(log, revision, thrown))
    log.info('change.applied', { revision, by: about.by, documents: planned.documents.length })
    if (trouble) throw trouble
    return revision
  }

  /** Plans and commits; where somebody else's revision came first, follows it and plans again. */
  const make = async (
    about: About,
    asked: Readonly<Record<string, unknown>>,
    plan: () => Promise<Planned | undefined>,
  ): Promise<number> => {
    const key = keyFor(about, asked)
    for (let attempt = 1; ; attempt++) {
      const done = await findDone(store, key)
      if (done !== undefined) {
        await follow()
        return done
      }
      const planned = await plan()
      if (!planned) return policy.revision
      await enterAll(store, enter)
      try {
        return await commit(planned, about, key)
      } catch (thrown) {
        if (asFault(thrown).code !== 'stale' || attempt === mostAttempts) throw thrown
        await follow()
      }
    }
  }

  const plannedOf = async (
    steps: readonly Step[],
    about: { set: string | undefined; summary: string; diff: string },
  ): Promise<Planned | undefined> =>
    steps.length === 0 ? undefined : { ...about, documents: documentsOf(steps), rows: [] }

  /** Asked when it is known that the change is its author's to make: what is objected to tells of a plane. */
  const object = async (
    steps: readonly Step[],
    given: Plan['given'],
    files: readonly SourceFile[],
  ): Promise<void> => {
    const proposed = proposedBy(policy, steps, policy.revision + 1)
    const breathe = createBreather(clock)
    refuse(await objectionsTo(proposed, { checks, given, breathe }), files)
  }

  const planFiles = async (input: Drafted, read: Read): Promise<PlannedSteps> => {
    const { given, findings, isWhole } = read
    const { plan, findings: conflicts } = planApply(policy, given, input)
    const steps = stepsOf(policy, plan, input.set)
    // What is wrong tells of a plane: whose it is to write comes first.
    input.permit?.(firstAsked(given, steps), policy)
    const breathe = createBreather(clock)
    const dangling = isWhole ? await checkReferences(policy, plan, input.runners, breathe) : []
    refuse([...findings, ...conflicts, ...dangling], input.files)
    return { steps, given: plan.given }
  }

  /** An answer for what steps came to; they are planned anew for as long as somebody else comes first. */
  const answered = async (
    about: About & {
      readonly dryRun: boolean
      readonly set: string | undefined
      readonly files: readonly SourceFile[]
    },
    asked: Readonly<Record<string, unknown>>,
    plan: () => Promise<PlannedSteps>,
    summary: (steps: readonly Step[]) => string,
  ): Promise<ApplyAnswer> => {
    const { dryRun, set } = about
    let steps: readonly Step[] = []
    let diff = ''
    const planOnce = async () => {
      const planned = await plan()
      steps = planned.steps
      about.permit?.(editsOf(steps), policy)
      await object(steps, planned.given, about.files)
      diff = await diffOf(steps, createBreather(clock))
      return dryRun ? undefined : plannedOf(steps, { set, summary: summary(steps), diff })
    }
    const revision = await make(dryRun ? { by: about.by } : about, asked, planOnce)
    return { revision, changes: answerOf(steps), diff, dryRun }
  }

  const apply = (input: ApplyInput, read: Read): Promise<ApplyAnswer> => {
    const { files, set, prune } = input
    return answered(
      input,
      { command: 'apply', files, set, prune },
      () => planFiles(input, read),
      (steps) => summaryOf(answerOf(steps)),
    )
  }

  const restore: Change['restore'] = (revision, about) =>
    answered(
      { ...about, set: undefined, files: [] },
      { command: 'restore', revision },
      async () => {
        const steps = await stepsBack(store, policy, revision)
        const breathe = createBreather(clock)
        const plan = planOf(steps)
        refuse(await checkReferences(policy, plan, undefined, breathe), [])
        return { steps, given: plan.given }
      },
      (steps) => `restored revision ${revision}: ${summaryOf(answerOf(steps))}`,
    )

  const revisionOf = ({ plane, kind, name }: DocumentName): number | undefined =>
    policy.planes.get(plane)?.revisions.get(keyInPlane(kind, name))

  /** Two people's edits meet here, not by the loss of one: RFC 9110 §13.1. */
  const checkLooked = async (target: DocumentName, about: EditAbout): Promise<void> => {
    const { ifRevision } = about
    if (ifRevision === undefined) return
    const stands = revisionOf(target) ?? 'absent'
    if (stands === ifRevision) return
    const last = stands === 'absent' ? undefined : await store.revisions.find(stands)
    const what = last
      ? `was changed in revision ${stands} by ${last.by}`
      : stands === 'absent'
        ? 'does not exist any more'
        : 'exists already'
    throw new Fault('stale', {
      detail: `${target.kind} ${target.plane}/${target.name} ${what}`,
      fix: 'look at it again, and make your change to what it says now',
    })
  }

  const put: Change['put'] = (document, about) => {
    const target = { plane: planeOf(document), kind: document.kind, name: document.name }
    return make(about, { command: 'put', document }, async () => {
      await checkLooked(target, about)
      const { given, findings } = givenByCommand(document)
      const plan = {
        given: new Map(given.map((one) => [keyOf(one.plane, one.kind, one.name), one])),
        remove: [],
      }
      const breathe = createBreather(clock)
      refuse([...findings, ...(await checkReferences(policy, plan, about.runners, breathe))], [])
      const set = findStanding(policy, target.plane, target.kind, target.name)?.set
      const steps = stepsOf(policy, plan, set)
      about.permit?.(editsOf(steps), policy)
      await object(steps, plan.given, [])
      return plannedOf(steps, { set, summary: about.summary, diff: await diffOf(steps, breathe) })
    })
  }

  const remove: Change['remove'] = (target, about) =>
    make(about, { command: 'remove', ...target }, async () => {
      await checkLooked(target, about)
      const standing = findStanding(policy, target.plane, target.kind, target.name)
      if (!standing) throw noSuch(target)
      const steps: Step[] = [{ before: standing, after: undefined }]
      about.permit?.(editsOf(steps), policy)
      const breathe = createBreather(clock)
      const plan = planOf(steps)
      refuse(await checkReferences(policy, plan, undefined, breathe), [])
      await object(steps, plan.given, [])
      const summary = `removed ${target.kind} ${target.name}`
      return plannedOf(steps, { set: undefined, summary, diff: await diffOf(steps, breathe) })
    })

  return {
    async apply(input) {
      checkSet(input)
      // Before its turn: whoever suspends somebody does not wait until a folder has been read.
      const read = await toRead(() => readGiven(input.files, createBreather(clock)))
      await readAhead(
        read.given.map(({ document }) => document),
        policy,
      )
      return await inTurn(() => apply(input, read))
    },
    async draft(input) {
      checkSet({ set: input.set, prune: false })
      const read = await toRead(() => readGiven(input.files, createBreather(clock)))
      const { steps } = await planFiles(input, read)
      return proposedBy(policy, steps, policy.revision)
    },
    async at(revision) {
      return proposedBy(policy, await stepsBack(store, policy, revision), revision)
    },
    async put(document, about) {
      await readAhead([document], policy)
      return await inTurn(() => put(document, about))
    },
    remove: (target, about) => inTurn(() => remove(target, about)),
    restore: (revision, about) => inTurn(() => restore(revision, about)),
    execute: ({ name, plan }, about) =>
      inTurn(() =>
        make(about, { command: name }, async () => {
          const effect = await plan(policy)
          return effect && { ...effect, documents: [], set: undefined }
        }),
      ),
    follow: () => inTurn(follow),
    catchUp: () => inTurn(() => enterAll(store, enter)),
    current: () => policy,
    revisionOf,
    isBehind: () => isUnread || followers.isOwed(),
    onChange: followers.add,
    onCheck: (check) => void checks.push(check),
    onDocuments(consequence) {
      consequences.push(consequence)
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

function checkSet({ set, prune }: Pick<ApplyInput, 'set' | 'prune'>): void {
  if (set === undefined && prune)
    throw new Fault('usage', { detail: 'prune removes what a set does not hold: name the set' })
  if (set === undefined || namePattern.test(set)) return
  throw new Fault('usage', {
    detail: 'a set of files has a name of 1 to 24 of a-z, 0-9 and -, beginning with a letter',
    fix: 'bailiwick apply -f DIR --set NAME',
  })
}

const noSuch = ({ plane, kind, name }: DocumentName) =>
  new Fault('unknown_name', { detail: `there is no ${kind} ${plane}/${name}` })

function exported(policy: Policy, plane: PlaneId | undefined): Document[] {
  if (plane === undefined) {
    const ids = [...policy.planes.keys()].sort()
    return ids.flatMap((id) => exported(policy, id))
  }
  const here = policy.planes.get(plane)
  if (!here) throw new Fault('unknown_name', { detail: `there is no plane ${plane}` })
  return documentsIn(here)
}
