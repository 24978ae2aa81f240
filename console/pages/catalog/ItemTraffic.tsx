import { useAnswer } from '../../api/queries.ts'
import { type CallsOf, ledgerOf } from '../../filters/ledger-of.ts'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
import type { ItemAnswer } from './classes.ts'
import { Facts } from './Facts.tsx'
import styles from './Summary.module.css'

/** Who called what of it within a day; each line is the ledger with that filter set. */
export const ItemTraffic = ({ item }: { readonly item: ItemAnswer }) => (
  <Traffic
    plane={item.plane}
    field="server"
    name={item.server}
    by={['capability', 'agent', 'result']}
  />
)

export const Traffic = ({
  plane,
  field,
  name,
  by,
}: {
  readonly plane: string
  readonly field: 'server' | 'agent' | 'consumer'
  readonly name: string
  readonly by: readonly ('capability' | 'agent' | 'consumer' | 'server' | 'result')[]
}) => {
  const { say, number } = useWords()
  const { data, error, refetch } = useAnswer('/api/v1/planes/{plane}/calls/facets', {
    params: {
      path: { plane },
      query: { since: '24h', [field]: name, field: [...by], top: 20 },
    },
  })
  const title = say('catalog.tab.traffic')
  const ledger = (of: CallsOf = {}) => ledgerOf({ [field]: name, ...of }, { plane, t: '24h' })
  if (error) return <Failed what={title} problem={error} onRetry={refetch} />
  if (!data) return <Loading what={title} />
  if (data.total === 0)
    return (
      <NothingYet
        title={say('catalog.traffic.none')}
        action={<Go to={ledger()}>{say('catalog.ledger')}</Go>}
      />
    )
  return (
    <>
      <p>
        <Go to={ledger()}>{say('catalog.traffic.calls', { count: data.total })}</Go>
      </p>
      <div className={styles.summary}>
        {data.facets.map((facet) => (
          <section key={facet.field}>
            <h2>{say(`catalog.by.${facet.field as (typeof by)[number]}`)}</h2>
            <Facts
              facts={facet.values.map(({ value, count }) => [
                value,
                <Go
                  key={value}
                  to={ledger({ [facet.field === 'result' ? 'outcome' : facet.field]: value })}
                >
                  {number(count)}
                </Go>,
              ])}
            />
          </section>
        ))}
      </div>
    </>
  )
}
