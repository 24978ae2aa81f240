import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { LifeCycle } from '#domain/item-documents.ts'

/** What an item of the catalogue says of itself, for people. */
export interface ItemSaid {
  readonly kind: 'Server' | 'API'
  readonly title: string | undefined
  readonly description: string | undefined
  readonly owner: string
  readonly contacts: readonly string[]
  readonly documentation: string | undefined
  readonly lifeCycle: LifeCycle
  readonly labels: readonly string[]
  /** Data classes. */
  readonly data: readonly string[]
}

export const saidOf = (item: ServerDocument | ApiDocument): ItemSaid => ({
  kind: item.kind,
  title: item.title,
  description: item.description,
  owner: item.owner,
  contacts: item.contacts ?? [],
  documentation: item.documentation,
  lifeCycle: lifeCycleOf(item),
  labels: item.labels ?? [],
  data: item.data ?? [],
})

export const lifeCycleOf = ({ lifeCycle = 'published' }: ServerDocument | ApiDocument): LifeCycle =>
  lifeCycle
