import { useMediaQuery } from '@mantine/hooks'
import { useMemo } from 'react'
import { readValues, writeValues } from '../../filters/grammar.ts'
import { useListState } from '../../filters/use-search.ts'
import { PlaneName, useOnePlane } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { NothingMatches, NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { UnknownFilters } from '../../ui/FilterChips.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { AsTable } from './matrix/AsTable.tsx'
import { rowKey } from './matrix/axes.ts'
import { CellPeek } from './matrix/CellPeek.tsx'
import { discard, setDraft, useDraft } from './matrix/draft.ts'
import { type Asked, useMatrix } from './matrix/load.ts'
import styles from './matrix/Matrix.module.css'
import { MatrixGrid } from './matrix/MatrixGrid.tsx'
import { Review } from './matrix/Review.tsx'
import { type Lens, lenses, stateOf } from './matrix/shown.ts'
import { Toolbar } from './matrix/Toolbar.tsx'
import { usePermissionTabs } from './tabs.ts'

const known = {
  fields: ['item', 'class', 'agent', 'consumer'],
  keys: ['lens', 'swap', 'view', 'shut', 'cell', 'review'],
}

export default function Matrix() {
  const { say } = useWords()
  const plane = useOnePlane()
  return (
    <Page
      title={say('permissions.title')}
      tabs={usePermissionTabs()}
      aside={plane && <PlaneName plane={plane} />}
    >
      {plane === undefined ? <Loading what={say('permissions.title')} /> : <Of plane={plane} />}
    </Page>
  )
}

const Of = ({ plane }: { readonly plane: string }) => {
  const { say, number } = useWords()
  const state = useListState(known)
  const { search, filters } = state
  const asked = useAsked(state)
  const matrix = useMatrix(plane, asked)
  const draft = useDraft(plane)
  const isSmall = useMediaQuery('(max-width: 640px)')
  const isTable = search.view === 'table' || (search.view === undefined && isSmall === true)
  const lens: Lens = lenses.find((one) => one === search.lens) ?? 'access'
  const isSwapped = search.swap === '1'
  const shut = readValues(search.shut ?? '')
  const servers = [
    ...new Set([
      ...matrix.rows.map(({ server }) => server),
      ...(asked.server ? [asked.server] : []),
    ]),
  ]
  if (search.review === '1' && draft.size > 0)
    return <Review plane={plane} draft={draft} onBack={() => state.set({ review: undefined })} />
  const toggleShut = (server: string) => {
    const next = shut.includes(server) ? shut.filter((one) => one !== server) : [...shut, server]
    state.set({ shut: next.length === 0 ? undefined : writeValues(next) }, true)
  }
  const [client, ...key] = (search.cell ?? '').split(' ')
  const column = matrix.columns.findIndex((one) => one.client === client)
  const open = matrix.rows.find((one) => rowKey(one) === key.join(' '))
  const openColumn = matrix.columns[column]
  const isEmpty = !matrix.isPending && matrix.rows.length * matrix.columns.length === 0
  return (
    <>
      <Toolbar {...{ plane, state, lens, isTable, isSwapped, servers }} />
      <UnknownFilters names={state.unknown} />
      {draft.size > 0 && <DraftBar plane={plane} onReview={() => state.set({ review: '1' })} />}
      {matrix.problem && (
        <Failed what={say('permissions.title')} problem={matrix.problem} onRetry={matrix.again} />
      )}
      {matrix.isPending && <Loading what={say('permissions.title')} rows={10} />}
      {isEmpty && !matrix.problem && filters.length + (search.q ? 1 : 0) > 0 && (
        <NothingMatches
          filters={filters}
          onRemove={(one) => state.filter({ ...one, values: [] })}
          onClear={state.clear}
        />
      )}
      {isEmpty && !matrix.problem && filters.length === 0 && !search.q && (
        <NothingYet
          title={say(
            matrix.columns.length === 0 ? 'permissions.empty.agents' : 'permissions.empty.rows',
            { plane },
          )}
          action={
            matrix.columns.length === 0 ? (
              <Go to={paths.agents()}>{say('frame.place.agents')}</Go>
            ) : (
              <Go to={paths.catalog()}>{say('frame.place.catalog')}</Go>
            )
          }
        />
      )}
      {!isEmpty && !matrix.isPending && (
        <div className={styles.beside} data-open={open !== undefined}>
          {isTable ? (
            <AsTable plane={plane} matrix={matrix} />
          ) : (
            <MatrixGrid
              {...{ plane, matrix, lens, isSwapped, shut }}
              since={lens === 'unused' ? '90d' : '30d'}
              onShut={toggleShut}
              onOpen={(row, { client }) => state.set({ cell: `${client} ${rowKey(row)}` }, true)}
            />
          )}
          {open && openColumn && (
            <CellPeek
              key={search.cell}
              plane={plane}
              row={open}
              column={openColumn}
              state={stateOf(open, column)}
              onClose={() => state.set({ cell: undefined }, true)}
            />
          )}
        </div>
      )}
      <Legend lens={isTable ? 'access' : lens} />
      {matrix.revision !== undefined && (
        <p className={styles.quiet} role="status">
          {say('permissions.size', {
            rows: number(matrix.rows.length),
            columns: number(matrix.columns.length),
            revision: number(matrix.revision),
          })}
          {matrix.more && ` ${say('ui.table.more')}`}
        </p>
      )}
    </>
  )
}

/** The filters, as the matrix is asked for. */
const useAsked = ({ search, filters }: ReturnType<typeof useListState>): Asked =>
  useMemo(() => {
    const valuesOf = (field: string) =>
      filters.find((one) => one.field === field && !one.not)?.values
    const [server] = valuesOf('item') ?? []
    const [agent] = valuesOf('agent') ?? []
    const [consumer] = valuesOf('consumer') ?? []
    const classes = valuesOf('class')
    return {
      ...(server !== undefined && { server }),
      ...(agent !== undefined && { agent }),
      ...(consumer !== undefined && { consumer }),
      ...(classes !== undefined && { class: [...classes] as NonNullable<Asked['class']> }),
      ...(search.q !== undefined && { search: search.q }),
    }
  }, [search.q, filters])

const DraftBar = ({
  plane,
  onReview,
}: {
  readonly plane: string
  readonly onReview: () => void
}) => {
  const { say } = useWords()
  const draft = useDraft(plane)
  const allowed = [...draft.values()].filter(({ allow }) => allow).length
  const throwAway = () => {
    const before = discard(plane)
    toast(say('permissions.discarded', { count: before.size }), () => void setDraft(plane, before))
  }
  return (
    <div className={styles.draft} data-testid="permissions.draft">
      <span role="status">
        ✎ {say('permissions.draft', { plus: allowed, minus: draft.size - allowed })}
      </span>
      <span className={styles.spring} />
      <Button onClick={throwAway}>{say('permissions.discard', { count: draft.size })}</Button>
      <Button tone="main" onClick={onReview}>
        {say('permissions.review')}
      </Button>
    </div>
  )
}

const Legend = ({ lens }: { readonly lens: Lens }) => {
  const { say } = useWords()
  const glyphs = [
    ['R', say('ui.class.read')],
    ['W', say('ui.class.write')],
    ['D', say('ui.class.destructive')],
    ['~', say('permissions.cell.depends')],
    ['⊘', say('permissions.cell.denied')],
    ['◆', say('permissions.cell.held')],
    ['×', say('permissions.cell.suspended')],
    ['✎', say('permissions.inDraft')],
    ...(lens === 'access' ? [] : [['?', say('permissions.notKnown')]]),
  ]
  return (
    <>
      {lens !== 'access' && <p className={styles.quiet}>{say(`permissions.lens.${lens}.says`)}</p>}
      <ul className={styles.legend}>
        {glyphs.map(([glyph, word]) => (
          <li key={glyph}>
            <code>{glyph}</code> {word}
          </li>
        ))}
        <li>{say('permissions.keys')}</li>
      </ul>
    </>
  )
}
