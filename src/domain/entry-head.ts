import type { PlaneId } from './name.ts'

/** What every entry has. `at`: UTC milliseconds. */
export interface About {
  readonly v: 1
  readonly at: number
  readonly plane: PlaneId
}
