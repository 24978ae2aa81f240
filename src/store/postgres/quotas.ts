import type { CountAsk, QuotaCounters, QuotaTaken } from '#domain/counting.ts'
import { Fault } from '#lib/fault.ts'
import type { Address } from './address.ts'
import { createConnections } from './connections.ts'

/** One question is under way at a time in each process; the second serves while the first one ends. */
const mostConnections = 2

/** Counts in the database itself; see `quota_take` in the migration. */
export const createPostgresCounters = ({
  address,
  deadlineMs,
}: {
  address: Address
  deadlineMs: number
}): QuotaCounters & { close(): Promise<void> } => {
  const connections = createConnections({
    address,
    most: mostConnections,
    waitMs: deadlineMs,
    statementMs: deadlineMs,
  })
  const question = { name: 'quota-take', text: 'select quota_take($1::jsonb) as taken' }
  return {
    async take(asks) {
      const words = asks.map(({ calls, counts }) => [calls, counts.map(wordsOf)])
      try {
        const { rows } = await connections.use((client) =>
          client.query({ ...question, values: [JSON.stringify(words)] }),
        )
        const [{ taken }] = rows as [{ taken: number[][] }]
        return taken.map(takenOf)
      } catch (cause) {
        throw new Fault('uncounted', { detail: 'PostgreSQL did not count', cause })
      }
    },
    close: () => connections.close(),
  }
}

/** `null` bounds nothing. */
const wordsOf = ({ key, windows: { second, minute, day } }: CountAsk): unknown[] => [
  key,
  ...[second, minute, day].flatMap(({ start, most }) => [start, most ?? null]),
]

const takenOf = ([granted = 0, ...used]: readonly number[]): QuotaTaken => ({
  granted,
  used: Array.from({ length: used.length / 3 }, (_, index) => ({
    second: used[index * 3] ?? 0,
    minute: used[index * 3 + 1] ?? 0,
    day: used[index * 3 + 2] ?? 0,
  })),
})
