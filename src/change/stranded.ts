import type { Document } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { PlanePolicy, Policy } from './change.ts'
import type { Finding, Source } from './finding.ts'
import type { Next } from './next.ts'
import { pathText } from './path.ts'
import { keyOf, type Plan } from './plan.ts'
import { documentsOf, keyInPlane, planeOf } from './policy.ts'
import { referencesOf } from './references.ts'

/** What stands and is not given may lose what it names: by a removal, or by an agent that lost a consumer. */
export async function strandedDocuments(
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
  if (lost.length > 0 || document.kind !== 'Grant' || document.agent === undefined) return findings
  const agent = plan.given.get(keyOf(plane, 'Agent', document.agent))
  if (!agent) return []
  if (!next.agentNotActing(plane, document)) return []
  const message = `Agent ${agent.name}: consumers lacks ${document.consumer}, for which ${who} permits it calls; remove that first, or keep the consumer`
  return [{ code: 'dangling name', message, at: agent.source && consumersOf(agent.source) }]
}

const consumersOf = (source: Source) => ({ source, path: ['consumers'], part: 'key' }) as const

const ofSet = (set: string | undefined): string => (set === undefined ? '' : ` of the set ${set}`)

export function strandedPlanes(policy: Policy, plan: Plan, next: Next): Finding[] {
  return plan.remove
    .filter(({ document }) => document.kind === 'Plane')
    .flatMap(({ document }): Finding[] => {
      const here = policy.planes.get(planeOf(document))
      const left = (here ? documentsOf(here) : []).filter(
        (one) => !next.isRemoved(planeOf(one), one.kind, one.name),
      )
      const [first, second] = left
      if (!first) return []
      const some = `${first.kind} ${first.name}${second ? ` and ${left.length - 1} more` : ''}`
      const message = `prune would remove Plane ${document.name}, in which ${some} would be left; remove that first, or keep the Plane`
      return [{ code: 'dangling name', message, at: undefined }]
    })
}
