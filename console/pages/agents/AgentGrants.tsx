import { paths } from '../../paths.ts'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { useWords, type Words } from '../../words/words.ts'
import type { Grant } from '../catalog/grants-over.ts'
import { useGrants } from '../catalog/RemoveItem.tsx'
import type { AgentRow } from './agents.ts'
import { useGroupsOf } from './groups.ts'

/** What permits it something: grants of its own, and of the groups that it is in. */
export const AgentGrants = ({ agent }: { readonly agent: AgentRow }) => {
  const words = useWords()
  const { say } = words
  const { plane, agent: name } = agent
  const grants = useGrants(plane)
  const groups = useGroupsOf(plane, name)
  const rows = grants.rows.filter(
    (one) => one.agent === name || (one.group !== undefined && groups.includes(one.group)),
  )
  const [failure] = grants.failures
  if (failure)
    return <Failed what={say('agents.grants')} problem={failure.problem} onRetry={failure.retry} />
  if (grants.isPending) return <Loading what={say('agents.grants')} />
  const matrix = `${paths.permissions()}?plane=${plane}&f.agent=${name}`
  if (rows.length === 0)
    return (
      <NothingYet
        title={say('agents.grants.none')}
        action={<Go to={matrix}>{say('agents.grant')}</Go>}
      >
        {say('agents.grants.none.body', { name })}
      </NothingYet>
    )
  return (
    <Table
      id="agents.grants"
      label={say('agents.grants')}
      columns={columnsOf(words, plane)}
      rows={rows}
      keyOf={(one) => one.name}
    />
  )
}

const columnsOf = ({ say }: Words, plane: string): readonly Column<Grant>[] => [
  {
    id: 'name',
    title: say('catalog.name'),
    cell: ({ name }) => (
      <Go to={`${paths.grants()}?plane=${plane}&peek=${name}`} tabIndex={-1}>
        {name}
      </Go>
    ),
  },
  { id: 'consumer', title: say('agents.consumer'), cell: ({ consumer }) => consumer },
  { id: 'group', title: say('agents.group'), cell: ({ group }) => group ?? '—' },
  {
    id: 'allow',
    title: say('agents.allow'),
    cell: ({ allow }) => <code>{[allow].flat().map(sayAllow).join(' · ')}</code>,
  },
  { id: 'until', title: say('agents.until'), cell: ({ until }) => until ?? say('agents.noEnd') },
  { id: 'reason', title: say('ui.reason'), cell: ({ reason }) => reason },
]

/** A selector as a person reads it: `bank read`, `bank accounts_list, statement`. */
const sayAllow = (selector: object): string =>
  Object.values(selector)
    .map((value) => (Array.isArray(value) ? value.join(', ') : String(value)))
    .join(' ')
