/** Runs at most so many tasks at once and lets so many wait; undefined where there is no room to wait either. */
export function createRoom(atOnce: number, waiting: number) {
  const queue: (() => void)[] = []
  let running = 0
  return async <T>(task: () => Promise<T>): Promise<T | undefined> => {
    if (running < atOnce) running++
    else {
      if (queue.length >= waiting) return undefined
      // Whoever leaves hands its place on, so `running` stays as it is.
      await new Promise<void>((resolve) => queue.push(resolve))
    }
    try {
      return await task()
    } finally {
      const next = queue.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
