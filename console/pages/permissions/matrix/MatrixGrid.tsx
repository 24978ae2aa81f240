import { useEffect, useMemo, useState } from 'react'
import { paths } from '../../../paths.ts'
import { useGo, withPlane } from '../../../ui/Go.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useWords } from '../../../words/words.ts'
import type { Head } from './axes.ts'
import { isUsable } from './cells.ts'
import { edit, useDraft } from './draft.ts'
import { explainAddress } from './explain-address.ts'
import { Grid, type Shown } from './Grid.tsx'
import { useGridHeads } from './HeadText.tsx'
import type { Column, Matrix, Row } from './load.ts'
import { type Lens, shownOf, stateOf } from './shown.ts'
import { useUsage } from './usage.ts'
import type { At, Pressed } from './use-grid-keys.ts'
import { useLines } from './use-lines.ts'
import { isWithin, useSelection } from './use-selection.ts'

interface Props {
  readonly plane: string
  readonly matrix: Matrix
  readonly lens: Lens
  readonly since: string
  readonly isSwapped: boolean
  readonly shut: readonly string[]
  readonly onShut: (server: string) => void
  readonly onOpen: (row: Row, column: Column) => void
}

/** So many agents are asked about at once where calls are counted. */
const mostCounted = 60

/** The matrix as a grid: what stands, and over it the draft of whoever looks. */
export const MatrixGrid = (props: Props) => {
  const { plane, matrix, lens, since, isSwapped, shut, onShut, onOpen } = props
  const words = useWords()
  const { say } = words
  const go = useGo()
  const draft = useDraft(plane)
  const { columns, rows } = matrix
  const { side, top } = useLines(matrix, shut, isSwapped)
  const counted = useMemo(() => columns.slice(0, mostCounted), [columns])
  const usage = useUsage(plane, counted, {
    enabled: lens !== 'access',
    since,
    limited: lens === 'limits',
  })
  const headOf = useGridHeads()
  const [meant, setMeant] = useState<At>({ row: side[0]?.is === 'item' ? 1 : 0, column: 0 })
  const at = { row: within(meant.row, side), column: within(meant.column, top) }
  const selection = useSelection()
  const { clear } = selection
  // Selected are places of the grid: when its lines become others, so do the cells there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lines are what it is about
  useEffect(() => clear(), [side, top, clear])
  const about = { words, draft, lens, usage, columns }

  const pairAt = ({ row, column }: At) => pairOf(side[row], top[column])
  const countAt = (head: Head & { is: 'item' }, column: number): Shown => {
    const reached = head.of.filter((one) => isUsable(rows[one]?.cells[column] ?? 'none')).length
    const isWhole = !matrix.more || rows.at(-1)?.server !== head.key
    const glyph = isWhole ? say('permissions.count', { count: reached, of: head.of.length }) : '…'
    const { agent = '', consumer = '' } = columns[column] ?? {}
    const says = say('permissions.count.says', { item: head.key, agent, consumer, count: glyph })
    return { glyph: columns.length > 8 && isWhole ? String(reached) : glyph, says, look: 'none' }
  }
  const cell = (row: number, column: number): Shown => {
    const head = side[row]
    if (head?.is === 'item') return countAt(head, column)
    const pair = pairAt({ row, column })
    return pair ? shownOf(about, pair.row, pair.column) : { glyph: '?', says: '', look: 'none' }
  }

  const allow = (wanted: Row['class'] | undefined) => {
    const places = selection
      .of(at)
      .flatMap((one) => pairAt(one) ?? [])
      .filter(({ row }) => wanted === undefined || row.class === wanted)
      .flatMap(({ row, column }) => {
        const client = columns[column]?.client
        const { server, kind, name } = row
        return client === undefined
          ? []
          : [{ client, server, kind, name, state: stateOf(row, column) }]
      })
    if (places.length === 0) toast(say('permissions.otherClass'))
    else edit(plane, places, wanted !== undefined)
  }
  const press = (pressed: Pressed) => {
    if (pressed.what === 'allow') return allow(pressed.class)
    if (pressed.what === 'none') return allow(undefined)
    if (pressed.what === 'clear') return selection.clear()
    if (pressed.what === 'select') return selection.toggle(pressed.at)
    const head = side[pressed.at.row]
    if (head?.is === 'item') return onShut(head.key)
    const pair = pairAt(pressed.at)
    const column = columns[pair?.column ?? -1]
    if (!pair || !column) return
    if (pressed.what === 'open') onOpen(pair.row, column)
    else go(withPlane(`${paths.explain()}?${explainAddress(pair.row, column)}`, plane))
  }

  return (
    <Grid
      label={say('permissions.title')}
      corner={say(isSwapped ? 'permissions.corner.swapped' : 'permissions.corner')}
      rows={side.map((head) => headOf(head, shut.includes(head.key)))}
      columns={top.map((head) => headOf(head, false))}
      cell={cell}
      at={at}
      selected={(row, column) => isWithin(selection, { row, column })}
      onMove={(next, isRange) => {
        selection.move(at, next, isRange)
        setMeant(next)
      }}
      onPress={press}
      more={matrix.more}
    />
  )
}

const within = (at: number, heads: readonly Head[]): number =>
  Math.max(0, Math.min(at, heads.length - 1))

/** Whichever way the matrix is turned. */
const pairOf = (
  side: Head | undefined,
  top: Head | undefined,
): { readonly row: Row; readonly column: number } | undefined => {
  const heads = [side, top]
  const capability = heads.find((one) => one?.is === 'capability')
  const agent = heads.find((one) => one?.is === 'agent')
  return capability && agent && { row: capability.row, column: agent.at }
}
