import type { Check, Policy, Proposed } from './change.ts'
import type { Step } from './describe.ts'
import type { Finding } from './finding.ts'
import { keyOf, type Plan } from './plan.ts'
import { type Patch, patch, planeOf } from './policy.ts'

/** What steps would make of a policy; the maps that they do not touch are shared. */
export function proposedBy(before: Policy, steps: readonly Step[], revision: number): Proposed {
  const put = steps.flatMap(({ after }): Patch['put'][number][] =>
    after ? [{ ...after, revision }] : [],
  )
  const remove = steps.flatMap(({ before, after }) => (before && !after ? [before.document] : []))
  const documents = [...put.map(({ document }) => document), ...remove].map((document) => ({
    plane: planeOf(document),
    kind: document.kind,
    name: document.name,
  }))
  return { before, after: patch(before, revision, { put, remove, suspend: [] }), documents }
}

/** What the rooms object to, each at the place in its file where it was given. */
export async function objectionsTo(
  proposed: Proposed,
  about: {
    readonly checks: readonly Check[]
    readonly given: Plan['given']
    breathe(): Promise<void>
  },
): Promise<Finding[]> {
  if (proposed.documents.length === 0) return []
  const findings: Finding[] = []
  for (const check of about.checks)
    for (const { code, message, at } of await check(proposed, about.breathe)) {
      const source = at && about.given.get(keyOf(at.plane, at.kind, at.name))?.source
      findings.push({
        code,
        message,
        at: source && { source, path: at.path, part: 'value' },
      })
    }
  return findings
}
