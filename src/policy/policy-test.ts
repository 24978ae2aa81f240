import type { Capability } from '#domain/capability.ts'
import type { PolicyTestDocument } from '#domain/documents.ts'
import { clientId } from '#domain/name.ts'
import { itemDocument } from './compile.ts'
import { tellWhy } from './explain.ts'
import type { CallerView } from './policy.ts'
import type { Offers, Proposal } from './proposal.ts'
import { compileSelectors, itemsOf } from './select.ts'
import { labelsOf } from './served.ts'
import { type Trial, triedBy, tryOut } from './trial.ts'

/** What became of one PolicyTest. */
export interface TestResult {
  readonly name: string
  readonly says: string
  /** False where one of the calls that it speaks of is not as it says, and where there are too many. */
  readonly holds: boolean
  /** Calls that were tried. */
  readonly tried: number
  /** The first of the calls that are not as it says, and why. */
  readonly but: readonly Broken[]
  /** Why it was not tried to its end. */
  readonly problem: string | undefined
}
export interface Broken {
  readonly client: string
  readonly server: string
  readonly kind: Capability['kind']
  readonly name: string
  readonly outcome: Trial['outcome']
  readonly because: string
}

/** Of all tests of a plane together: a second or two of work, in turns. */
const mostTried = 1_000_000
const mostBroken = 5

/**
 * Tries every call that the tests of a plane speak of, by the evaluator of the gateway. `which` leaves
 * out the others.
 */
export const runTests = async (about: {
  readonly proposal: Proposal
  readonly offers: Offers
  readonly now: number
  which?(test: PolicyTestDocument): boolean
  breathe(): Promise<void>
}): Promise<TestResult[]> => {
  const { proposal, which = () => true } = about
  const room = { left: mostTried }
  const results: TestResult[] = []
  for (const test of proposal.policy.policyTests.values())
    if (which(test)) results.push(await runTest(about, test, room))
  return results
}

type About = Parameters<typeof runTests>[0]

const runTest = async (
  about: About,
  test: PolicyTestDocument,
  room: { left: number },
): Promise<TestResult> => {
  const { name, says } = test
  const at = test.at === undefined ? about.now : Date.parse(test.at)
  const spoken = spokenOf(about, test)
  const but: Broken[] = []
  let tried = 0
  for (const view of callersIn(about, test)) {
    await about.breathe()
    if (isIdle(view, test)) continue
    for (const one of spoken) {
      if (room.left-- <= 0) return { name, says, holds: false, tried, but, problem: tooMany }
      if (++tried % 64 === 0) await about.breathe()
      const broken = brokenBy(view, one, test, at)
      if (broken && but.length < mostBroken) but.push(broken)
    }
  }
  return { name, says, holds: but.length === 0, tried, but, problem: undefined }
}

const tooMany = `the tests of a plane try ${mostTried} calls at most; name agents, or select less`

/** To whom nothing is granted everything is hidden, as most tests want it. */
const isIdle = (view: CallerView, { expect }: PolicyTestDocument): boolean =>
  expect !== 'permitted' && view.grants.length === 0

/** Undefined where the call is as the test says. */
const brokenBy = (
  view: CallerView,
  { server, kind, name }: Capability,
  test: PolicyTestDocument,
  at: number,
): Broken | undefined => {
  const question = { server, kind, name, args: test.args }
  const decision = view.decide(question, at)
  // What is hidden is denied as well, and most of what a test speaks of is: it is told without a trial.
  const isHidden = !decision.permitted && decision.refusal.reason === 'unknown'
  if (isHidden && test.expect !== 'permitted') return undefined
  const trial = tryOut(view, question, at)
  // What depends on arguments that the test does not give is neither permitted nor denied.
  if (trial.outcome === test.expect) return undefined
  return {
    client: view.client,
    server,
    kind,
    name,
    outcome: trial.outcome,
    because: tellWhy(trial),
  }
}

function* callersIn({ proposal }: About, test: PolicyTestDocument): Generator<CallerView> {
  const { policy, snapshot } = proposal
  const group = test.group === undefined ? undefined : policy.agentGroups.get(test.group)
  for (const agent of test.agents ?? group?.agents ?? policy.agents.keys())
    for (const consumer of policy.agents.get(agent)?.consumers ?? []) {
      if (test.consumers?.includes(consumer) === false) continue
      const client = clientId(agent, consumer)
      const view = snapshot.caller(triedBy({ client }))
      if (view) yield view
    }
}

/** Every capability that the test selects. */
const spokenOf = ({ proposal, offers }: About, { over }: PolicyTestDocument): Capability[] => {
  const { policy, plane } = proposal
  const selects = compileSelectors(over)
  const items = itemsOf(over) ?? [...policy.servers.keys(), ...policy.apis.keys()]
  return [...items].flatMap((item) => {
    const document = itemDocument(policy, item)
    if (!document) return []
    const labels = labelsOf(document)
    return offers(plane, document).filter((one) => selects(one, labels))
  })
}
