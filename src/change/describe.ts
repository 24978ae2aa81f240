import type { Document } from '#domain/documents.ts'
import { kinds } from '#domain/documents.ts'
import { toYaml } from './canonical.ts'
import type { ApplyAnswer, Edit, Policy } from './change.ts'
import { unifiedDiff } from './diff.ts'
import type { Given, Plan } from './plan.ts'
import { findStanding, planeOf, type Standing } from './policy.ts'

/** What really changes: `before` is undefined for what is added, `after` for what is removed. */
export interface Step {
  readonly before: Standing | undefined
  readonly after: Standing | undefined
}

/** The steps from what stands to the plan, in order of plane, kind and name; nothing for what is as it was. */
export function stepsOf(policy: Policy, plan: Plan, set: string | undefined): Step[] {
  const steps: Step[] = plan.remove.map((before) => ({ before, after: undefined }))
  for (const { document, plane, kind, name } of plan.given.values()) {
    if (!document) continue
    const before = findStanding(policy, plane, kind, name)
    const after = { document, set }
    if (!before || !isSame(before, after)) steps.push({ before, after })
  }
  return steps.sort(inOrder)
}

const isSame = (a: Standing, b: Standing): boolean =>
  a.set === b.set && JSON.stringify(a.document) === JSON.stringify(b.document)

const documentOf = ({ before, after }: Step): Document | undefined => (after ?? before)?.document

function inOrder(a: Step, b: Step): number {
  const [left, right] = [documentOf(a), documentOf(b)]
  if (!left || !right) return 0
  return (
    compare(planeOf(left), planeOf(right)) ||
    kinds.indexOf(left.kind) - kinds.indexOf(right.kind) ||
    compare(left.name, right.name)
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** As whoever may forbid them is asked. */
export const editsOf = (steps: readonly Step[]): Edit[] =>
  steps.flatMap((step) => {
    const document = documentOf(step)
    if (!document) return []
    const { before, after } = step
    const { kind } = document
    return [{ plane: planeOf(document), kind, before: before?.document, after: after?.document }]
  })

/**
 * What is asked of whoever may forbid it before anything is said of what is wrong: removals as they
 * are, since prune finds them by itself; of what was given, whether any such is theirs to write. What
 * stands already as it was given is nobody's change.
 */
export const firstAsked = (given: readonly Given[], steps: readonly Step[]): Edit[] => {
  const moves = new Set(steps.map(({ after }) => after?.document))
  return [
    ...editsOf(steps.filter(({ after }) => !after)),
    ...given
      .filter(({ document }) => !document || moves.has(document))
      .map(({ plane, kind }) => ({ plane, kind, before: undefined, after: undefined })),
  ]
}

export const answerOf = (steps: readonly Step[]): ApplyAnswer['changes'] =>
  steps.flatMap((step) => {
    const document = documentOf(step)
    if (!document) return []
    const op = step.before ? (step.after ? 'change' : 'remove') : 'add'
    return [{ op, plane: planeOf(document), kind: document.kind, name: document.name }]
  })

export async function diffOf(
  steps: readonly Step[],
  breathe: () => Promise<void>,
): Promise<string> {
  const parts: string[] = []
  for (const { before, after } of steps) {
    parts.push(unifiedDiff(side(before, after), side(after, before)))
    await breathe()
  }
  return parts.join('')
}

/** A set is named where it changes: else the diff of a document that only changes hands would be empty. */
function side(
  one: Standing | undefined,
  other: Standing | undefined,
): { name: string; text: string } {
  if (!one) return { name: '/dev/null', text: '' }
  const { document, set } = one
  const managed =
    other && other.set !== set ? ` (${set === undefined ? 'no set' : `set ${set}`})` : ''
  return {
    name: `${planeOf(document)}/${document.kind}/${document.name}${managed}`,
    text: toYaml(document),
  }
}

/** `2 added, 1 removed`. */
export function summaryOf(changes: ApplyAnswer['changes']): string {
  const words = { add: 'added', change: 'changed', remove: 'removed' } as const
  return (['add', 'change', 'remove'] as const)
    .map((op) => [changes.filter((one) => one.op === op).length, words[op]] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')
}
