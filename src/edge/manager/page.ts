/** Pages by key: whatever is added or removed meanwhile, nothing is told twice and nothing is left out. */
export interface PageAsked {
  readonly after?: string | undefined
  readonly limit: number
}

/** Of things in memory, in byte order of their names. */
export const pageOfNamed = <T>(
  all: Iterable<T>,
  nameOf: (one: T) => string,
  { after, limit }: PageAsked,
): { items: T[]; next?: string } => {
  const sorted = [...all]
    .filter((one) => after === undefined || compare(nameOf(one), after) > 0)
    .sort((a, b) => compare(nameOf(a), nameOf(b)))
  const items = sorted.slice(0, limit)
  const last = items.at(-1)
  return { items, ...(sorted.length > limit && last && { next: nameOf(last) }) }
}

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
