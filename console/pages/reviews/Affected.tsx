import { useAnswer } from '../../api/queries.ts'
import { paths } from '../../paths.ts'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import type { Capability, ItemAnswer } from '../catalog/classes.ts'

/** Whom it touches: agents that its grants reach, and the calls of a day, of which so many were held. */
export const Affected = ({
  item,
  row,
}: {
  readonly item: ItemAnswer
  readonly row: Capability
}) => {
  const { say } = useWords()
  const path = { plane: item.plane }
  const capability = `${item.server}/${row.name}`
  const matrix = useAnswer('/api/v1/planes/{plane}/matrix', {
    params: { path, query: { server: item.server, limit: 2000 } },
  })
  const results = useAnswer('/api/v1/planes/{plane}/calls/facets', {
    params: { path, query: { since: '24h', capability: [capability], field: ['result'], top: 20 } },
  })
  const at = matrix.data?.rows.find(({ kind, name }) => kind === row.kind && name === row.name)
  const agents = new Set(
    (matrix.data?.columns ?? [])
      .filter((_, index) => at?.cells[index] === 'held')
      .map(({ agent }) => agent),
  )
  const held = results.data?.facets[0]?.values.find(({ value }) => value === 'held')?.count ?? 0
  const ledger = `${paths.ledger()}?plane=${item.plane}&t=24h&f.capability=${encodeURIComponent(capability)}`
  return (
    <section data-testid="drift.affected">
      <h2>{say('drift.affected')}</h2>
      {matrix.error ? (
        <Failed what={say('drift.affected')} problem={matrix.error} onRetry={matrix.refetch} />
      ) : (
        matrix.data && (
          <p>
            {say('drift.agents', { count: agents.size })}
            {agents.size > 0 && `: ${[...agents].join(', ')}`}
          </p>
        )
      )}
      {results.error ? (
        <Failed what={say('drift.affected')} problem={results.error} onRetry={results.refetch} />
      ) : (
        results.data && (
          <p>
            <Go to={ledger}>{say('drift.calls', { count: results.data.total, held })}</Go>
          </p>
        )
      )}
    </section>
  )
}
