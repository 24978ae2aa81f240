import type { Clock } from '#lib/clock.ts'

/** What was promised, or `late` where it is not there in time; whoever promised it is not waited for. */
export const inTime = <T>(
  clock: Pick<Clock, 'after'>,
  longestMs: number,
  promised: Promise<T>,
  late: T,
): Promise<T> => {
  const over = Promise.withResolvers<T>()
  const cancel = clock.after(longestMs, () => over.resolve(late))
  return Promise.race([promised, over.promise]).finally(cancel)
}
