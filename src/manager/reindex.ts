import { type Desk, findPlane } from './desk.ts'

export interface Reindexed {
  readonly plane: string
  /** Entries that the index has taken, of so many. */
  readonly cursor: number
  readonly size: number
  /** Another process does it. */
  readonly elsewhere: boolean
}

/** How long one answer goes on for, so that whoever waits hears how far it is. */
const stretchMs = 500

/** Makes the index of a plane's calls anew, or with `goesOn` brings it further: as far as it comes in half a second. */
export const reindex = async (
  { installation, clock }: Desk,
  input: { readonly plane?: string | undefined; readonly goesOn: boolean },
): Promise<Reindexed> => {
  const { id: plane } = findPlane(installation.change.current(), input.plane)
  const { calls } = installation
  if (!input.goesOn) await calls.forget(plane)
  const until = clock.elapsed() + stretchMs
  for (;;) {
    const stepped = await calls.followOn(plane)
    if (stepped === undefined) return { plane, cursor: 0, size: 0, elsewhere: true }
    if (stepped.cursor >= stepped.size || clock.elapsed() >= until)
      return { plane, ...stepped, elsewhere: false }
  }
}
