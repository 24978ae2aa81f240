import { useMemo } from 'react'
import { Button } from '../../../ui/Button.tsx'
import { saveAs } from '../../../ui/save.ts'
import { Table, type Column as TableColumn } from '../../../ui/Table.tsx'
import { useWords } from '../../../words/words.ts'
import { rowKey } from './axes.ts'
import { glyphOf, wordOf } from './cells.ts'
import { csvOf } from './csv.ts'
import { cellKey, useDraft } from './draft.ts'
import type { Matrix, Row } from './load.ts'
import { stateOf } from './shown.ts'

interface Props {
  readonly plane: string
  readonly matrix: Matrix
}

/** The same rows as words, for who reads row by row, has a small screen, or wants them elsewhere. */
export const AsTable = ({ plane, matrix }: Props) => {
  const { say } = useWords()
  const draft = useDraft(plane)
  const columns = useMemo(
    () => [
      ...facts(say),
      ...matrix.columns.map(
        (column, at): TableColumn<Row> => ({
          id: column.client,
          title: column.client,
          text: (row) => say(wordOf(stateOf(row, at))),
          cell: (row) => {
            const state = stateOf(row, at)
            const drafted = draft.get(cellKey({ ...column, ...row }))
            const word = say(wordOf(state))
            const more =
              drafted && say(drafted.allow ? 'permissions.draft.allow' : 'permissions.draft.none')
            return (
              <span>
                <code aria-hidden="true">{glyphOf(state, row.class)}</code> {word}
                {more !== undefined && ` ✎ ${more}`}
              </span>
            )
          },
        }),
      ),
      kind(say),
    ],
    [say, matrix.columns, draft],
  )
  return (
    <Table
      id="permissions.table"
      label={say('permissions.title')}
      columns={columns}
      rows={matrix.rows}
      keyOf={rowKey}
      more={matrix.more}
      tools={
        <Button
          disabledReason={matrix.more && say('permissions.export.partly')}
          onClick={() =>
            saveAs(new Blob([csvOf(matrix)], { type: 'text/csv' }), `permissions-${plane}.csv`)
          }
        >
          {say('permissions.export', { count: matrix.rows.length })}
        </Button>
      }
    />
  )
}

type Say = ReturnType<typeof useWords>['say']

const facts = (say: Say): readonly TableColumn<Row>[] => [
  {
    id: 'name',
    title: say('permissions.capability'),
    text: ({ server, name }) => `${server}/${name}`,
    cell: ({ server, name }) => (
      <code>
        {server}/{name}
      </code>
    ),
  },
  {
    id: 'class',
    title: say('permissions.class'),
    cell: (row) => say(`ui.class.${row.class}`),
  },
]

const kind = (say: Say): TableColumn<Row> => ({
  id: 'kind',
  title: say('permissions.kind'),
  cell: ({ item }) => say(item === 'API' ? 'ui.kind.api' : 'ui.kind.server'),
})
