import type { Answer } from '../../api/client.ts'
import { useAnswer } from '../../api/queries.ts'
import { paths } from '../../paths.ts'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords, type Words } from '../../words/words.ts'
import styles from './Overview.module.css'
import { Panel } from './Panel.tsx'

type Plane = Answer<'get', '/api/v1/status'>['planes'][number]
interface Waiting {
  readonly id: string
  readonly glyph: string
  readonly text: string
  readonly to: string
}

/** What waits for a decision, or for somebody who mends it; each leads to where that is done. */
export const NeedsPerson = ({
  planes,
  everyMs,
}: {
  readonly planes: readonly string[]
  readonly everyMs: number | undefined
}) => {
  const words = useWords()
  const { say } = words
  const answer = useAnswer('/api/v1/status', {}, everyMs === undefined ? {} : { everyMs })
  const title = say('overview.needs')
  if (answer.error) return <Failed what={title} problem={answer.error} onRetry={answer.refetch} />
  const waiting = answer.data?.planes
    .filter(({ plane }) => planes.includes(plane))
    .flatMap((plane) => waitingIn(words, plane))
  return (
    <Panel title={title}>
      {waiting === undefined && <Loading what={title} rows={3} />}
      {waiting?.length === 0 && <p>{say('overview.needs.none')}</p>}
      <ul className={styles.waiting} data-testid="overview.needs">
        {waiting?.map(({ id, glyph, text, to }) => (
          <li key={id} data-id={id}>
            <span aria-hidden="true">{glyph}</span>
            <Go to={to}>{text}</Go>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

const waitingIn = ({ say }: Words, here: Plane): readonly Waiting[] => {
  const { plane, servers } = here
  const at = (to: string) => `${to}${to.includes('?') ? '&' : '?'}plane=${plane}`
  const count = (what: 'held' | 'unclassified') =>
    servers.reduce((sum, { counts }) => sum + counts[what], 0)
  const counted = (
    id: string,
    glyph: string,
    key: 'overview.needs.held' | 'overview.needs.unclassified' | 'overview.needs.conditions',
    many: number,
    to: string,
  ): Waiting[] =>
    many === 0
      ? []
      : [{ id: `${plane} ${id}`, glyph, text: say(key, { count: many, plane }), to: at(to) }]
  return [
    ...(here.ledger === 'open'
      ? []
      : [
          {
            id: `${plane} ledger`,
            glyph: '▲',
            text: say('overview.needs.ledger', { plane, state: here.ledger }),
            to: at(paths.integrity()),
          },
        ]),
    ...servers
      .filter(({ side }) => side !== undefined)
      .map(({ server, health }) => ({
        id: `${plane} ${server}`,
        glyph: '▲',
        text: say('overview.needs.server', { server, health }),
        to: at(paths.item(server)),
      })),
    ...counted('held', '◆', 'overview.needs.held', count('held'), paths.drift()),
    ...counted(
      'unclassified',
      '◇',
      'overview.needs.unclassified',
      count('unclassified'),
      paths.capabilities(),
    ),
    ...counted(
      'conditions',
      '■',
      'overview.needs.conditions',
      here.wrongConditions.length,
      paths.grants(),
    ),
  ]
}
