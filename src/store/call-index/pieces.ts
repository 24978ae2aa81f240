import { dayMs, hourMs } from './batch.ts'

/** A stretch of time, from the one on and before the other, and from what it is counted. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly by: 'day' | 'hour' | 'call'
}

/** Later than anything that bears a time. */
const forever = Number.MAX_SAFE_INTEGER

/**
 * A window cut so that as little as can be is read: whole days, then whole hours at both ends of them,
 * then the ragged edges from the calls themselves. `finest`: what is counted by less than that.
 */
export const piecesOf = (
  since: number | undefined,
  until: number | undefined,
  finest: 'day' | 'hour' | 'call',
): Piece[] => {
  const from = since ?? 0
  const to = until ?? forever
  if (finest === 'call') return [{ from, to, by: 'call' }]
  return cut({ from, to }, hourMs, 'hour').flatMap((piece) =>
    piece.by === 'hour' && finest === 'day' ? cut(piece, dayMs, 'day', 'hour') : [piece],
  )
}

const cut = (
  { from, to }: Pick<Piece, 'from' | 'to'>,
  stepMs: number,
  inside: Piece['by'],
  outside: Piece['by'] = 'call',
): Piece[] => {
  const first = Math.ceil(from / stepMs) * stepMs
  const last = to === forever ? forever : to - (to % stepMs)
  if (first >= last) return [{ from, to, by: outside }]
  const all: Piece[] = [
    { from, to: first, by: outside },
    { from: first, to: last, by: inside },
    { from: last, to, by: outside },
  ]
  return all.filter((piece) => piece.from < piece.to)
}
