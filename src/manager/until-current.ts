import { asFault } from '#lib/fault.ts'

/** What was looked at may be changed by somebody else so often before a command gives up. */
const mostAttempts = 8

/** Does it again, to what stands then, where somebody else has written the same document meanwhile. */
export const untilCurrent = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (thrown) {
      if (asFault(thrown).code !== 'stale' || attempt === mostAttempts) throw thrown
    }
  }
}
