import { useAnswers } from '../../api/queries.ts'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { When } from '../../parts/when.tsx'
import { paths } from '../../paths.ts'
import { CopyBlock } from '../../ui/Copy.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { usePart } from '../../ui/use-part.ts'
import { useWords } from '../../words/words.ts'
import styles from './Entries.module.css'

const path = '/api/v1/planes/{plane}/ledger/entries/{position}'

/** One line of the ledger, for ever: each plane counts its own. */
export default function Entry() {
  const { say, number } = useWords()
  const position = Number(usePart('position'))
  const planes = usePlanes()
  const answers = useAnswers(
    path,
    planes.map((plane) => {
      const params = { path: { plane, position: String(position) } }
      return [plane, { params }] as const
    }),
  )
  const title = say('ledger.entry', { position: number(position) })
  const isPending = answers.some(({ query }) => query.isPending)
  const shown = answers.filter(({ query }) => query.data || query.error?.status !== 404)
  return (
    <Page title={title} aside={<Go to={paths.ledger()}>{say('ledger.title')}</Go>}>
      {isPending && <Loading what={title} />}
      {!isPending && shown.length === 0 && (
        <NothingYet title={say('ledger.entry.none')}>{say('ledger.entry.none.body')}</NothingYet>
      )}
      {shown.map(({ plane, query }) =>
        query.data ? (
          <section key={plane} className={styles.entry} data-testid="ledger.entry">
            <p className={styles.line}>
              <PlaneName plane={plane} />
              <code>{query.data.entry.type}</code>
              <When at={query.data.entry.at} />
              {query.data.call !== undefined && (
                <Go to={`${paths.call(query.data.call)}?plane=${plane}`}>
                  {say('ledger.entry.call')}
                </Go>
              )}
            </p>
            <CopyBlock text={JSON.stringify(query.data.entry, undefined, 2)} />
            <p>{say('ledger.entry.proof')}</p>
            <CopyBlock text={`bailiwick ledger prove ${plane} ${position}`} />
          </section>
        ) : query.error ? (
          <Failed key={plane} what={`${title}, ${plane}`} problem={query.error} />
        ) : null,
      )}
    </Page>
  )
}
