import { useAnswers } from '../../api/queries.ts'
import { When } from '../../parts/when.tsx'
import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'

const path = '/api/v1/planes/{plane}/calls'

/** Where there is nothing now: when there last was something. */
export const LastCall = ({ planes }: { readonly planes: readonly string[] }) => {
  const { say } = useWords()
  const answers = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane }, query: { limit: 1 } } }] as const),
  )
  if (answers.some(({ query }) => query.isPending)) return null
  const newest = answers
    .flatMap(({ query }) => query.data?.items ?? [])
    .toSorted((a, b) => b.at - a.at)[0]
  if (!newest) return <p data-testid="overview.none">{say('ledger.empty.title')}</p>
  const to = newest.call === '' ? paths.entry(newest.position) : paths.call(newest.call)
  return (
    <p data-testid="overview.last">
      {say('overview.last')}{' '}
      <Go to={`${to}?plane=${newest.plane}`}>
        <When at={newest.at} how="minute" />
      </Go>
    </p>
  )
}
