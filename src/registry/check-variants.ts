import type { Check, Objection } from '#change/change.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { Classification } from '#domain/item-documents.ts'
import { compileRedaction } from '#lib/redaction.ts'
import { variablesOf } from '#mcp/template.ts'

type Item = ServerDocument | ApiDocument

/** Variants are judged when they are written: a path that cannot be followed would show nothing. */
export const checkVariants: Check = async ({ after, documents }, breathe) => {
  const objections: Objection[] = []
  for (const { plane, kind, name } of documents) {
    const policy = after.planes.get(plane)
    const item = kind === 'Server' ? policy?.servers.get(name) : policy?.apis.get(name)
    if (!item || (kind !== 'Server' && kind !== 'API')) continue
    for (const { path, problem } of problemsIn(item))
      objections.push({
        code: 'invalid value',
        message: `${kind} ${name}: ${problem}`,
        at: { plane, kind, name, path },
      })
    await breathe()
  }
  return objections
}

interface VariantProblem {
  readonly path: readonly (string | number)[]
  readonly problem: string
}

const problemsIn = (item: Item): VariantProblem[] =>
  membersOf(item).flatMap(([member, classified]) =>
    Object.entries(classified).flatMap(([own, one]) => [
      ...pathsIn([member, own], one),
      ...variablesIn([member, own], one),
    ]),
  )

const membersOf = (item: Item): [string, Readonly<Record<string, Classification>>][] =>
  item.kind === 'API'
    ? [['operations', item.operations ?? {}]]
    : [
        ['tools', item.tools ?? {}],
        ['prompts', item.prompts ?? {}],
        ['resources', item.resources ?? {}],
      ]

const pathsIn = (at: readonly [string, string], classification: Classification): VariantProblem[] =>
  (['remove', 'mask'] as const).flatMap((key) =>
    (classification[key] ?? []).flatMap((written, index) => {
      const made = compileRedaction({ remove: [written], mask: [] })
      return 'problem' in made ? [{ path: [...at, key, index], problem: made.problem }] : []
    }),
  )

/** What is read by a URI is read by that of its base, which the same variables have to make. */
const variablesIn = (
  [member, own]: readonly [string, string],
  { variantOf }: Classification,
): VariantProblem[] => {
  if (member !== 'resources' || variantOf === undefined) return []
  const [its, needs] = [own, variantOf].map((one) => variablesOf(one)?.toSorted().join(', '))
  if (its !== undefined && its === needs) return []
  const problem =
    its === undefined
      ? `${own} is no URI template that can be matched`
      : `${own} has to have the variables of ${variantOf}: ${needs || 'none'}`
  return [{ path: [member, own, 'variantOf'], problem }]
}
