import type { Document, Documents, Kind } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { PlanePolicy, Policy } from './change.ts'
import type { Finding, Source } from './finding.ts'
import { didYouMean } from './nearest.ts'
import { matchPath, type Path, pathText, valueAt } from './path.ts'
import { type Given, isName, keyOf, type Plan } from './plan.ts'
import { documentsOf, findStanding, keyInPlane, namesOf, planeOf } from './policy.ts'
import { mayBeSecret } from './secrets.ts'

type Named = Exclude<Kind, 'Plane'>

interface Reference {
  readonly path: Path
  readonly kind: Named
  readonly name: string
}

/** Where documents name others of their plane; `*` stands for every member. */
const referencePaths: Readonly<Record<Kind, readonly (readonly [Named, readonly string[]])[]>> = {
  Plane: [],
  Server: [['Credential', ['credential', 'name']]],
  Consumer: [],
  Agent: [['Consumer', ['consumers', '*']]],
  Grant: [
    ['Agent', ['agent']],
    ['Consumer', ['consumer']],
    ['Server', ['allow', '*', 'server']],
    ['Server', ['allow', '*', 'server', '*']],
  ],
  Quota: [
    ['Server', ['over', '*', 'server']],
    ['Server', ['over', '*', 'server', '*']],
  ],
  Credential: [],
}

/** Every name in a document, one with problems too, that has to be one of another document of its plane. */
export function referencesOf(kind: Kind, value: object): Reference[] {
  return referencePaths[kind].flatMap(([named, pattern]) =>
    matchPath(value, pattern, []).flatMap((path) => {
      const name = valueAt(value, path)
      return isName(name) ? [{ path, kind: named, name }] : []
    }),
  )
}

/**
 * Checks that in what would stand every name is one of something that stands. `runners` is undefined
 * where a command changes a document: then its runner may only stay what it is.
 */
export async function checkReferences(
  policy: Policy,
  plan: Plan,
  runners: ReadonlySet<string> | undefined,
  breathe: () => Promise<void>,
): Promise<Finding[]> {
  const next = createNext(policy, plan)
  const findings: Finding[] = []
  for (const one of plan.given.values()) {
    findings.push(...danglingIn(one, next), ...runnerOf(one, policy, runners))
    await breathe()
  }
  return [
    ...findings,
    ...(await strandedDocuments(policy, plan, next, breathe)),
    ...strandedPlanes(policy, plan, next),
  ]
}

interface Next {
  has(plane: PlaneId, kind: Kind, name: string): boolean
  /** Undefined too where it stands with problems of its own. */
  find<K extends Kind>(plane: PlaneId, kind: K, name: string): Documents[K] | undefined
  isRemoved(plane: PlaneId, kind: Kind, name: string): boolean
  /** `; did you mean planner?`, or nothing. */
  hint(plane: PlaneId, kind: Named, name: string): string
}

/** Nobody reads more, and each compares a name with all others. */
const MOST_HINTS = 100

function createNext(policy: Policy, { given, remove }: Plan): Next {
  const removed = new Set(
    remove.map(({ document }) => keyOf(planeOf(document), document.kind, document.name)),
  )
  const hints = new Map<string, string>()
  const isRemoved = (plane: PlaneId, kind: Kind, name: string) =>
    removed.has(keyOf(plane, kind, name))
  const has = (plane: PlaneId, kind: Kind, name: string) =>
    given.has(keyOf(plane, kind, name)) ||
    (!isRemoved(plane, kind, name) && findStanding(policy, plane, kind, name) !== undefined)
  return {
    has,
    isRemoved,
    find<K extends Kind>(plane: PlaneId, kind: K, name: string) {
      const one = given.get(keyOf(plane, kind, name))
      const document = one ? one.document : findStanding(policy, plane, kind, name)?.document
      return has(plane, kind, name) ? (document as Documents[K] | undefined) : undefined
    },
    hint(plane, kind, name) {
      const key = keyOf(plane, kind, name)
      if (!hints.has(key) && hints.size < MOST_HINTS) {
        const here = policy.planes.get(plane)
        const fresh = [...given.values()].filter((one) => one.plane === plane && one.kind === kind)
        const names = [...fresh.map((one) => one.name), ...(here ? namesOf(here, kind) : [])]
        hints.set(key, didYouMean(name, names))
      }
      return hints.get(key) ?? ''
    },
  }
}

function danglingIn({ kind, plane, value, document, source, name }: Given, next: Next): Finding[] {
  const at = (path: Path) => source && ({ source, path, part: 'value' } as const)
  const finding = (path: Path, sentence: string): Finding => ({
    code: 'dangling name',
    message: `${kind} ${name}: ${pathText(path)} ${sentence}`,
    at: at(path),
  })
  if (!next.has(plane, 'Plane', plane)) {
    const fix = next.isRemoved(plane, 'Plane', plane)
      ? 'which prune would remove'
      : `which does not exist; add a document of kind Plane named ${plane}`
    return [finding(['plane'], `names plane ${plane}, ${fix}`)]
  }
  const missing = referencesOf(kind, value)
    .filter((reference) => !next.has(plane, reference.kind, reference.name))
    // What may be a secret has been told as one, and is not repeated here.
    .filter((reference) => !mayBeSecret(reference.name))
    .map((reference) => finding(reference.path, absence(plane, reference, next)))
  return missing.length > 0 || !document ? missing : notActing(document, plane, next, finding)
}

function absence(plane: PlaneId, { kind, name }: Reference, next: Next): string {
  if (next.isRemoved(plane, kind, name)) return `names ${kind} ${name}, which prune would remove`
  const hint = next.hint(plane, kind, name) || '; add it, or correct the name'
  return `names ${kind} ${name}, which plane ${plane} does not have${hint}`
}

/** A grant for a consumer that its agent does not act for would permit nothing, and nobody would see why. */
function notActing(
  document: Document,
  plane: PlaneId,
  next: Next,
  finding: (path: Path, sentence: string) => Finding,
): Finding[] {
  if (document.kind !== 'Grant') return []
  const agent = next.find(plane, 'Agent', document.agent)
  if (!agent || agent.consumers.includes(document.consumer)) return []
  const sentence = `names ${document.consumer}, which Agent ${agent.name} does not act for; its consumers are ${agent.consumers.join(', ')}`
  return [finding(['consumer'], sentence)]
}

function runnerOf(
  { kind, name, plane, document, source }: Given,
  policy: Policy,
  runners: ReadonlySet<string> | undefined,
): Finding[] {
  if (document?.kind !== 'Server' || !('runner' in document.upstream)) return []
  const { runner } = document.upstream
  const before = findStanding(policy, plane, 'Server', name)?.document
  const stays =
    before?.kind === 'Server' && 'runner' in before.upstream && before.upstream.runner === runner
  if (runners ? runners.has(runner) : stays) return []
  const hint = didYouMean(runner, runners ?? []) || '; runners are named in that file alone'
  return [
    {
      code: 'dangling name',
      message: `${kind} ${name}: upstream.runner names ${runner}, which the operator's configuration does not have${hint}`,
      at: source && { source, path: ['upstream', 'runner'], part: 'value' },
    },
  ]
}

/** What stands and is not given may lose what it names: by a removal, or by an agent that lost a consumer. */
async function strandedDocuments(
  policy: Policy,
  plan: Plan,
  next: Next,
  breathe: () => Promise<void>,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const plane of losingPlanes(policy, plan)) {
    const here = policy.planes.get(plane)
    if (!here || next.isRemoved(plane, 'Plane', plane)) continue
    for (const one of documentsOf(here)) {
      const key = keyOf(plane, one.kind, one.name)
      const stays = !plan.given.has(key) && !next.isRemoved(plane, one.kind, one.name)
      if (stays) findings.push(...strandedIn(one, plane, here, plan, next))
      await breathe()
    }
  }
  return findings
}

function losingPlanes(policy: Policy, plan: Plan): Set<PlaneId> {
  const losers = [...plan.given.values()].filter(({ document, plane, name }) => {
    if (document?.kind !== 'Agent') return false
    const before = policy.planes.get(plane)?.agents.get(name)
    return before?.consumers.some((consumer) => !document.consumers.includes(consumer))
  })
  return new Set([
    ...plan.remove.map(({ document }) => planeOf(document)),
    ...losers.map(({ plane }) => plane),
  ])
}

function strandedIn(
  document: Document,
  plane: PlaneId,
  here: PlanePolicy,
  plan: Plan,
  next: Next,
): Finding[] {
  const who = `${document.kind} ${document.name}${ofSet(here.sets.get(keyInPlane(document.kind, document.name)))}`
  const lost = referencesOf(document.kind, document).filter(({ kind, name }) =>
    next.isRemoved(plane, kind, name),
  )
  const findings = lost.map(
    ({ kind, name, path }): Finding => ({
      code: 'dangling name',
      message: `prune would remove ${kind} ${name}, which ${who} names in ${pathText(path)}; remove that first, or keep ${kind} ${name}`,
      at: undefined,
    }),
  )
  if (lost.length > 0 || document.kind !== 'Grant') return findings
  const agent = plan.given.get(keyOf(plane, 'Agent', document.agent))
  if (!agent) return []
  return notActing(document, plane, next, () => ({
    code: 'dangling name',
    message: `Agent ${agent.name}: consumers lacks ${document.consumer}, for which ${who} permits it calls; remove that first, or keep the consumer`,
    at: agent.source && consumersOf(agent.source),
  }))
}

const consumersOf = (source: Source) => ({ source, path: ['consumers'], part: 'key' }) as const

const ofSet = (set: string | undefined): string => (set === undefined ? '' : ` of the set ${set}`)

function strandedPlanes(policy: Policy, plan: Plan, next: Next): Finding[] {
  return plan.remove
    .filter(({ document }) => document.kind === 'Plane')
    .flatMap(({ document: { name: removed } }) => {
      const plane = [...policy.planes.keys()].find((id) => id === removed)
      const here = plane && policy.planes.get(plane)
      if (!here) return []
      const left = documentsOf(here).filter((one) => !next.isRemoved(plane, one.kind, one.name))
      const [first] = left
      if (!first) return []
      const message = `prune would remove Plane ${plane}, in which ${left.length} documents stand (${first.kind} ${first.name}${left.length > 1 ? ' …' : ''}); remove them first, or keep the Plane`
      return [{ code: 'dangling name', message, at: undefined } as const]
    })
}
