import { useAnswers } from '../../api/queries.ts'
import { usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Dimmed, Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { usePart } from '../../ui/use-part.ts'
import { useWords } from '../../words/words.ts'
import { CallStory } from './CallStory.tsx'

const path = '/api/v1/planes/{plane}/calls/{call}'

/** An id is of one plane, and a link need not say of which: it is looked for in all that are looked at. */
export default function Call() {
  const { say } = useWords()
  const call = usePart('call')
  const planes = usePlanes()
  const answers = useAnswers(
    path,
    planes.map((plane) => [
      plane,
      { params: { path: { plane, call }, query: { atItsTime: 'true' } } },
    ]),
  )
  const found = answers.find(({ query }) => query.data)?.query
  if (found?.data)
    return (
      <Dimmed on={found.isPlaceholderData}>
        <CallStory story={found.data} again={() => void found.refetch()} />
      </Dimmed>
    )
  const title = say('call.title')
  const worst = answers.flatMap(({ query }) => query.error ?? []).sort(byWeight)[0]
  return (
    <Page title={`${title} ${call}`}>
      {answers.some(({ query }) => query.isPending) && <Loading what={title} />}
      {worst && worst.status === 404 && (
        <NothingYet
          title={say('call.missing.title')}
          action={<Go to={paths.ledger()}>{say('call.missing.toLedger')}</Go>}
        >
          {worst.detail}
        </NothingYet>
      )}
      {worst && worst.status !== 404 && (
        <Failed
          what={title}
          problem={worst}
          onRetry={() => {
            for (const { query } of answers) void query.refetch()
          }}
        />
      )}
    </Page>
  )
}

/** That it is missing in one plane says less than that another could not be asked. */
const byWeight = (a: { status: number }, b: { status: number }): number =>
  Number(a.status === 404) - Number(b.status === 404)
