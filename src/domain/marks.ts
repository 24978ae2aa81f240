import type { CapabilityKind } from './capability.ts'
import type { ItemDocument } from './documents.ts'
import type { Classification } from './item-documents.ts'

/** Where data of a class stands: paths of RFC 9535, each with the class. */
export interface Marks {
  readonly arguments: ReadonlyMap<string, string>
  readonly result: ReadonlyMap<string, string>
}

/** What several classifications mark, together. */
export const marksOf = (...all: readonly (Classification | undefined)[]): Marks => {
  const side = (of: keyof Marks) =>
    new Map(all.flatMap((one) => Object.entries(one?.dataPaths?.[of] ?? {})))
  return { arguments: side('arguments'), result: side('result') }
}

/** Classifications of a kind, by name. */
export const classificationsIn = (
  item: ItemDocument,
  kind: CapabilityKind,
): Readonly<Record<string, Classification>> | undefined => {
  if (item.kind === 'API') return item.operations
  if (kind === 'tool') return item.tools
  return kind === 'prompt' ? item.prompts : item.resources
}
