/** An address of the ledger under a name, as one person keeps it in this browser. */
export interface KeptView {
  readonly name: string
  /** What stands behind `?`. */
  readonly query: string
}

export const longestName = 40
const most = 20

/** What was kept is somebody's browser: anything that is no view is none. */
export const readViews = (text: string | null): readonly KeptView[] => {
  try {
    const kept: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(kept) ? kept.filter(isView).slice(0, most) : []
  } catch {
    return []
  }
}

/** The newest last; one of the same name is replaced, and the oldest goes where there are too many. */
export const withView = (views: readonly KeptView[], view: KeptView): readonly KeptView[] =>
  [...views.filter(({ name }) => name !== view.name), view].slice(-most)

/** What is looked at, and not what stands open beside it or is followed just now. */
export const queryOf = (search: string): string => {
  const parameters = new URLSearchParams(search)
  for (const key of ['peek', 'live', 'against']) parameters.delete(key)
  return parameters.toString()
}

const isView = (one: unknown): one is KeptView =>
  typeof one === 'object' &&
  one !== null &&
  'name' in one &&
  'query' in one &&
  typeof one.name === 'string' &&
  one.name.length <= longestName &&
  typeof one.query === 'string'
