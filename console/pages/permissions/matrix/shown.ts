import type { Words } from '../../../words/words.ts'
import { glyphOf, isUsable, wordOf } from './cells.ts'
import { cellKey, type Draft } from './draft.ts'
import type { Shown } from './Grid.tsx'
import type { Cell, Column, Row } from './load.ts'
import { heatOf, type Usage } from './usage.ts'

export const lenses = ['access', 'usage', 'unused', 'limits'] as const
export type Lens = (typeof lenses)[number]

interface About {
  readonly words: Words
  readonly draft: Draft
  readonly lens: Lens
  readonly usage: Usage
  /** Of the columns: where one of them counts 4 of 5. */
  readonly columns: readonly Column[]
}

export const stateOf = (row: Row, column: number): Cell => row.cells[column] ?? 'none'

/** A cell as the lens shows it, and whole in words: nothing of it is told by a colour alone. */
export const shownOf = (about: About, row: Row, at: number): Shown => {
  const { words, draft, columns, usage } = about
  const column = columns[at]
  if (!column) return { glyph: '?', says: '', look: 'none' }
  const state = stateOf(row, at)
  const drafted = draft.get(cellKey({ ...column, ...row }))
  const calls = usage.calls(column, row)
  const says = words.say('permissions.cell.says', {
    capability: `${row.server}, ${row.name}`,
    class: words.say(`ui.class.${row.class}`),
    agent: column.agent,
    consumer: column.consumer,
    state: words.say(wordOf(state)),
    draft: drafted
      ? words.say(drafted.allow ? 'permissions.draft.allow' : 'permissions.draft.none')
      : '',
    position: words.say('permissions.cell.position', { at: at + 1, of: columns.length }),
  })
  if (drafted) {
    const glyph = drafted.allow ? glyphOf('permitted', row.class) : ''
    return { glyph, says, look: drafted.allow ? row.class : 'none', isDraft: true }
  }
  return { says, ...lensed(about, { row, state, calls }) }
}

const lensed = (
  { lens, usage, words }: About,
  { row, state, calls }: { row: Row; state: Cell; calls: number | undefined },
): Omit<Shown, 'says'> => {
  const access = { glyph: glyphOf(state, row.class), look: lookOf(state, row.class) }
  if (lens === 'access') return access
  if (lens === 'unused') {
    const isUnused = isUsable(state) && calls === 0
    return { ...access, look: isUnused ? 'unused' : 'none' }
  }
  if (calls === undefined) return { glyph: isUsable(state) ? '?' : access.glyph, look: 'none' }
  const heat = heatOf(calls, usage.most)
  const glyph = calls === 0 ? access.glyph : words.number(calls, { notation: 'compact' })
  return { glyph, look: 'none', ...(heat !== undefined && { heat }) }
}

const lookOf = (state: Cell, of: Row['class']): string =>
  state === 'permitted' || state === 'depends' ? of : state
