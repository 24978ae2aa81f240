/** Sessions that were ended, by id: whoever gives such an id again has none. */
export interface Ended {
  has(id: string): boolean
  add(id: string): void
}

/** Remembers the last `most`, for as long as this process lives. */
export const createEnded = (most: number): Ended => {
  const ids = new Set<string>()
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id)
      const oldest = ids.size > most ? ids.values().next().value : undefined
      if (oldest !== undefined) ids.delete(oldest)
    },
  }
}
