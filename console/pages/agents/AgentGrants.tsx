import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import { List } from '../../ui/List.tsx'
import type { Column } from '../../ui/Table.tsx'
import { useWords, type Words } from '../../words/words.ts'
import { type Grant, useGrants } from '../catalog/grants-over.ts'
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
  const matrix = `${paths.permissions()}?plane=${plane}&f.agent=${name}`
  return (
    <List
      id="agents.grants"
      label={say('agents.grants')}
      of={{ ...grants, rows }}
      empty={{
        title: say('agents.grants.none'),
        says: say('agents.grants.none.body', { name }),
        action: <Go to={matrix}>{say('agents.grant')}</Go>,
      }}
      columns={columnsOf(words, plane)}
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
