import type { Check, DocumentName, Objection, PlanePolicy } from '#change/change.ts'
import type { ItemDocument } from '#domain/documents.ts'
import type { Classification } from '#domain/item-documents.ts'
import { type Marks, marksOf } from '#domain/marks.ts'
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
    for (const item of written) objections.push(...judgePaths(of, item))
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

type Member = readonly [member: string, own: string, classification: Classification]

const membersOf = (item: ItemDocument): Member[] => {
  const members: Readonly<Record<string, Readonly<Record<string, Classification>> | undefined>> =
    item.kind === 'API'
      ? { operations: item.operations }
      : { tools: item.tools, prompts: item.prompts, resources: item.resources }
  return Object.entries(members).flatMap(([member, its]) =>
    Object.entries(its ?? {}).map(([own, one]): Member => [member, own, one]),
  )
}

const judgePaths = (of: readonly DocumentName[], item: ItemDocument): Objection[] =>
  membersOf(item).flatMap((member) =>
    (['arguments', 'result'] as const).flatMap((side) => {
      const [name, own, classification] = member
      const all = marksOf(baseOf(item, member), classification)[side].size
      const place = (...path: string[]) => ({ ...nameOf(of, item), path: [name, own, ...path] })
      if (all > MOST_PATHS) {
        const message = `${item.kind} ${item.name}: ${own} and what it is derived from mark ${all} paths, more than ${MOST_PATHS}`
        return [{ code: 'invalid value' as const, message, at: place('dataPaths', side) }]
      }
      return Object.keys(classification.dataPaths?.[side] ?? {}).flatMap((path): Objection[] => {
        const made = compilePath(path)
        if (!('problem' in made)) return []
        const at = place('dataPaths', side, path)
        const message = `${item.kind} ${item.name}: ${path} ${made.problem}`
        return [{ code: 'invalid value', message, at }]
      })
    }),
  )

/** An indexed argument stands in the entry as it was given, and an entry is never changed. */
const judgeIndexes = (
  named: DocumentName,
  { plane }: PlanePolicy,
  item: ItemDocument,
): Objection[] => {
  const masks = new Set(plane.ledger?.mask)
  if (masks.size === 0) return []
  return membersOf(item).flatMap((member) => {
    const [of, own, classification] = member
    const base = baseOf(item, member)
    const data = [...(item.data ?? []), ...(base?.data ?? []), ...(classification.data ?? [])]
    const masked = new Set(data.filter((one) => masks.has(one)))
    return (classification.index ?? []).flatMap((name, at): Objection[] => {
      const why = masksArgument(name, marksOf(base, classification), masked)
      if (why === undefined) return []
      const path = named.kind === item.kind ? [of, own, 'index', at] : ['ledger', 'mask']
      const message = `${item.kind} ${item.name}: ${own} indexes ${name}, which ${why}`
      return [{ code: 'invalid value', message, at: { ...named, path } }]
    })
  })
}

const baseOf = (item: ItemDocument, [member, , { variantOf }]: Member) => {
  if (variantOf === undefined) return undefined
  const its = membersOf(item).find(([of, own]) => of === member && own === variantOf)
  return its?.[2]
}

/** Asked of an object that holds the argument, and of what a filter could want of it, whatever it is. */
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
  const found = mask.find((path) => selects(path, name))
  return found === undefined ? undefined : `${found} marks, and the plane masks it`
}

/** A filter may select it for some values: taken as if it did. */
const selects = (path: string, name: string): boolean => {
  if (/^\$(\.\.)?\[\s*\?/.test(path)) return true
  const made = compilePath(path)
  if ('problem' in made) return true
  let isFound = false
  made.select({ [name]: '' }, { left: 100 }, () => {
    isFound = true
  })
  return isFound
}
