import type { Words } from '../../words/words.ts'

interface Bounds {
  readonly second?: number | undefined
  readonly minute?: number | undefined
  readonly day?: number | undefined
}

export const boundsText = (say: Words['say'], bounds: Bounds | undefined): string =>
  (['second', 'minute', 'day'] as const)
    .flatMap((unit) => {
      const count = bounds?.[unit]
      return count === undefined ? [] : [say(`permissions.bound.${unit}`, { count })]
    })
    .join(', ')
