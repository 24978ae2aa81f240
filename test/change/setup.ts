import type { TestContext } from 'node:test'
import type { ApplyInput, Change, Policy, Problem } from '#change/change.ts'
import { createChange } from '#change/create-change.ts'
import { BadDocuments } from '#change/problem.ts'
import type { Clock } from '#lib/clock.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Revision, Store } from '#store/store.ts'

/** A day in 2026; it never moves, so nothing yields and nothing depends on the machine. */
export const stillClock: Clock = {
  now: () => Date.UTC(2026, 10, 22, 12),
  elapsed: () => 0,
  after: () => () => {},
}

export interface Setup {
  readonly store: Store
  readonly change: Change
  /** Revisions in the order in which they were entered. */
  readonly entered: Revision[]
  /** Applies one text, as set `files` unless told otherwise. */
  apply(text: string, more?: Partial<ApplyInput>): ReturnType<Change['apply']>
  /** The problems of one text; fails where it has none. */
  problems(text: string, more?: Partial<ApplyInput>): Promise<readonly Problem[]>
}

export async function setUp(context: TestContext): Promise<Setup> {
  const store = await openStore({
    folder: 'memory',
    appendDeadlineMs: 1000,
    clock: stillClock,
    log: silentLog,
  })
  context.after(() => store.close())
  const entered: Revision[] = []
  const enter = async (revision: Revision) => void entered.push(revision)
  const change = await createChange({ store, clock: stillClock, log: silentLog, enter })
  return { store, entered, ...handles(change) }
}

export function handles(change: Change): Omit<Setup, 'store' | 'entered'> {
  const apply: Setup['apply'] = (text, more) => change.apply({ ...inputOf(text), ...more })
  return {
    change,
    apply,
    problems: (text, more) =>
      apply(text, more).then(
        () => {
          throw new Error('it was applied')
        },
        (thrown: unknown) => {
          if (thrown instanceof BadDocuments) return thrown.problems
          throw thrown
        },
      ),
  }
}

/** What stands, as plain values that can be compared: a map's entries in its order. */
export const plainly = (policy: Policy): unknown => ({
  revision: policy.revision,
  planes: [...policy.planes].map(([plane, documents]) => [
    plane,
    Object.entries(documents).map(([member, held]) => [
      member,
      Symbol.iterator in held ? [...held] : held,
    ]),
  ]),
})

const inputOf = (text: string): ApplyInput => ({
  files: [{ name: 'a.yaml', text }],
  set: 'files',
  prune: false,
  dryRun: false,
  by: 'local:tester',
  runners: new Set(['bank', 'mes']),
})

/** A document in block style: `document('Consumer', 'name: x')`; in plane ops unless it is a Plane. */
export const document = (kind: string, ...lines: readonly string[]): string =>
  [
    'apiVersion: bailiwick/v1',
    `kind: ${kind}`,
    ...(kind === 'Plane' ? [] : ['plane: ops']),
    ...lines,
    '',
  ].join('\n')

export const stream = (...documents: readonly string[]): string => documents.join('---\n')

export const ops = document('Plane', 'name: ops')
export const credential = document('Credential', 'name: calendar-api', 'owner: workplace-team')
export const server = document(
  'Server',
  'name: calendar',
  'owner: workplace-team',
  'upstream: { url: "https://calendar.internal/mcp" }',
  'credential: { name: calendar-api, header: Authorization, format: "Bearer {secret}" }',
  'tools:',
  '  read_calendar: { class: read, scopes: [calendar.read] }',
)
export const consumer = document('Consumer', 'name: workplace-ai')
export const agent = document(
  'Agent',
  'name: planner',
  'owner: alice@example.com',
  'consumers: [workplace-ai]',
)
export const grant = document(
  'Grant',
  'name: planner-reads',
  'agent: planner',
  'consumer: workplace-ai',
  'allow:',
  '  - { server: calendar, class: read }',
  'reason: weekly planning',
  'until: "2027-06-30"',
)
export const quota = document(
  'Quota',
  'name: reads',
  'over: [{ server: calendar }]',
  'per: agent',
  'allow: { second: 2, minute: 30 }',
)

/** A plane with one of each kind, in which every name is one of something. */
export const sound = stream(ops, credential, server, consumer, agent, grant, quota)
