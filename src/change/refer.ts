import type { PlaneId } from '#domain/name.ts'
import { didYouMean } from '#lib/nearest.ts'
import type { Policy } from './change.ts'
import type { Finding } from './finding.ts'
import { lookAlikes } from './look-alikes.ts'
import { createNext, type Next } from './next.ts'
import { checkOpenApi } from './openapi.ts'
import { type Path, pathText } from './path.ts'
import type { Given, Plan } from './plan.ts'
import { findStanding } from './policy.ts'
import { type Reference, referencesOf } from './references.ts'
import { mayBeSecret } from './secrets.ts'
import { strandedDocuments, strandedPlanes } from './stranded.ts'

/**
 * Checks that in what would stand every name is one of something that stands, and looks like no other. `runners` is undefined
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
    findings.push(
      ...danglingIn(one, next),
      ...sharedName(one, next),
      ...runnerOf(one, policy, runners),
      ...(await checkOpenApi(one, policy)),
    )
    await breathe()
  }
  return [
    ...findings,
    ...(await strandedDocuments(policy, plan, next, breathe)),
    ...strandedPlanes(policy, plan, next),
    ...(await lookAlikes(policy, plan, breathe)),
  ]
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
  if (missing.length > 0 || document?.kind !== 'Grant') return missing
  const agent = next.agentNotActing(plane, document)
  if (!agent) return []
  const sentence = `names ${document.consumer}, which Agent ${agent.name} does not act for; its consumers are ${agent.consumers.join(', ')}`
  return [finding(['consumer'], sentence)]
}

const others = { Server: 'API', API: 'Server' } as const

/** Servers and APIs are reached, selected and recorded by name: one name is one item. */
function sharedName({ kind, plane, name, source }: Given, next: Next): Finding[] {
  if (kind !== 'Server' && kind !== 'API') return []
  const other = others[kind]
  if (!next.has(plane, other, name)) return []
  const message = `${kind} ${name}: plane ${plane} has a ${other} of this name; give one of them another`
  return [{ code: 'duplicate', message, at: source && { source, path: ['name'], part: 'value' } }]
}

function absence(plane: PlaneId, { kind, name }: Reference, next: Next): string {
  if (next.isRemoved(plane, kind, name)) return `names ${kind} ${name}, which prune would remove`
  const hint = next.hint(plane, kind, name) || '; add it, or correct the name'
  return `names ${kind} ${name}, which plane ${plane} does not have${hint}`
}

function runnerOf(
  { kind, name, plane, document, source }: Given,
  policy: Policy,
  runners: ReadonlySet<string> | undefined,
): Finding[] {
  if (document?.kind !== 'Server' || !('runner' in document.upstream)) return []
  // A draft may wait for its runner: it is nobody's to use, and cannot be published without one.
  if (document.lifeCycle === 'draft') return []
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
