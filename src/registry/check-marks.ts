import type { Check, DocumentName, Objection, PlanePolicy } from '#change/change.ts'
import type { ItemDocument } from '#domain/documents.ts'
import type { Classification } from '#domain/item-documents.ts'
import { type Marks, marksOf } from '#domain/marks.ts'
import { indexedNames, selectsArgument } from '#domain/personal.ts'
import { compilePath } from '#lib/json-path.ts'
import { MOST_PATHS } from '#lib/redaction.ts'

/**
 * Marks are judged when they are written: that each is a path that can be followed, and that nothing
 * stands in the open in entries of what the plane wants masked, now that it wants it or is indexed.
 */
export const checkMarks: Check = async ({ after, documents }, breathe) => {
  const objections: Objection[] = []
  for (const [plane, of] of Map.groupBy(documents, (one) => one.plane)) {
    const policy = after.planes.get(plane)
    if (!policy) continue
    const written = of.flatMap((one) => itemNamed(policy, one) ?? [])
    for (const item of written) objections.push(...judgePaths(nameOf(of, item), item))
    // Another mask bears on every item; what is told of one that stands is told where the mask is.
    const plain = of.find(({ kind }) => kind === 'Plane')
    for (const item of plain ? itemsOf(policy) : written) {
      objections.push(...judgeIndexes(plain ?? nameOf(of, item), policy, item))
      await breathe()
    }
  }
  return objections
}

const itemsOf = (policy: PlanePolicy): ItemDocument[] => [
  ...policy.servers.values(),
  ...policy.apis.values(),
]

const itemNamed = (policy: PlanePolicy, { kind, name }: DocumentName): ItemDocument | undefined => {
  if (kind === 'Server') return policy.servers.get(name)
  return kind === 'API' ? policy.apis.get(name) : undefined
}

const nameOf = (of: readonly DocumentName[], item: ItemDocument): DocumentName =>
  of.find(({ kind, name }) => kind === item.kind && name === item.name) as DocumentName

interface Member {
  /** Where its documents stand: `tools`, `pay`. */
  readonly path: readonly [member: string, own: string]
  readonly own: Classification
  /** What a variant is derived from. */
  readonly base: Classification | undefined
}

const membersOf = (item: ItemDocument): Member[] => {
  const members: Readonly<Record<string, Readonly<Record<string, Classification>> | undefined>> =
    item.kind === 'API'
      ? { operations: item.operations }
      : { tools: item.tools, prompts: item.prompts, resources: item.resources }
  return Object.entries(members).flatMap(([member, its = {}]) =>
    Object.entries(its).map(([name, own]): Member => {
      const base = own.variantOf === undefined ? undefined : its[own.variantOf]
      return { path: [member, name], own, base }
    }),
  )
}

const judgePaths = (named: DocumentName, item: ItemDocument): Objection[] =>
  membersOf(item)
    .filter(({ own }) => own.dataPaths)
    .flatMap(({ path: [member, name], own, base }) =>
      (['arguments', 'result'] as const).flatMap((side): Objection[] => {
        const at = (...path: string[]) => ({ ...named, path: [member, name, 'dataPaths', ...path] })
        const object = (problem: string, ...path: string[]): Objection => ({
          code: 'invalid value',
          message: `${item.kind} ${item.name}: ${problem}`,
          at: at(side, ...path),
        })
        const { size } = marksOf(base, own)[side]
        if (size > MOST_PATHS)
          return [object(`${name} marks more than ${MOST_PATHS} paths: ${size}`)]
        return Object.keys(own.dataPaths?.[side] ?? {}).flatMap((path) => {
          const made = compilePath(path)
          return 'problem' in made ? [object(`${path} ${made.problem}`, path)] : []
        })
      }),
    )

/**
 * An indexed argument stands in the entry as it was given, and an entry is never changed. Of a call of
 * a variant stands what it and what it is derived from index.
 */
const judgeIndexes = (
  named: DocumentName,
  { plane }: PlanePolicy,
  item: ItemDocument,
): Objection[] => {
  const masks = new Set(plane.ledger?.mask)
  if (masks.size === 0) return []
  return membersOf(item).flatMap(({ path, own, base }) => {
    const data = [...(item.data ?? []), ...(base?.data ?? []), ...(own.data ?? [])]
    const masked = new Set(data.filter((one) => masks.has(one)))
    const names = [...indexedNames(own), ...indexedNames(base)]
    return names.flatMap((name): Objection[] => {
      const why = masksArgument(name, marksOf(base, own), masked)
      if (why === undefined) return []
      const place = named.kind === item.kind ? path : ['ledger', 'mask']
      const message = `${item.kind} ${item.name}: ${path[1]} indexes ${name}, which ${why}`
      return [{ code: 'invalid value', message, at: { ...named, path: place } }]
    })
  })
}

const masksArgument = (
  name: string,
  marks: Marks,
  masked: ReadonlySet<string>,
): string | undefined => {
  if (masked.size === 0) return undefined
  const marked = new Set([...marks.arguments.values(), ...marks.result.values()])
  const unmarked = [...masked].find((one) => !marked.has(one))
  if (unmarked !== undefined)
    return `may be data of the class ${unmarked}: the plane masks it, and nothing is marked as of it`
  const mask = [...marks.arguments].flatMap(([path, its]) => (masked.has(its) ? [path] : []))
  const found = mask.find((path) => selectsArgument(path, name))
  return found === undefined ? undefined : `${found} marks, and the plane masks it`
}
