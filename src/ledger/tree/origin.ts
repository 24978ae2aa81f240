import type { PlaneId } from '#domain/name.ts'

/** What a tree is of: an installation's plane, in a generation. */
export interface Place {
  readonly installation: string
  readonly plane: PlaneId
  readonly generation: number
}

/** Names a log, and the keys that sign it: `bailiwick/01J…/ops`, in later generations `…/ops/2`. */
export const originOf = ({ installation, plane, generation }: Place): string =>
  `bailiwick/${installation}/${plane}${generation === 1 ? '' : `/${generation}`}`

/** The generation of a log of the same installation and plane; undefined for another's. */
export const generationOf = (
  origin: string,
  place: Pick<Place, 'installation' | 'plane'>,
): number | undefined => {
  const written = /\/(\d+)$/.exec(origin)?.[1]
  const generation = written === undefined ? 1 : Number(written)
  return originOf({ ...place, generation }) === origin ? generation : undefined
}
