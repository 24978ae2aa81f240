import type { PoolClient } from 'pg'
import type { MemberId, PlaneId } from '#domain/name.ts'
import type { Answers, Asks, CallIndex, Looked, Question } from '../call-index/call-index.ts'
import { dump, findWords, listCalled, listSeries } from '../call-index/known.ts'
import { type Asking, look, type Row } from '../call-index/look.ts'
import { followerName, writeForPostgres } from '../call-index/statement.ts'
import { entriesOf } from '../search.ts'
import type { StoredEntry } from '../store.ts'
import type { Address } from './address.ts'
import { type Connections, createConnections } from './connections.ts'
import { writeEntries } from './index-write.ts'
import { nowMs } from './now.ts'

/** How long others wait for one that has died. Each step begins it anew. */
const leaseMs = 5000
const waitMs = 5000

const take = `
  insert into follower (plane, name, position, holder, until)
  values ($1, '${followerName}', 0, $2, ${nowMs} + ${leaseMs})
  on conflict (plane, name) do update set holder = $2, until = ${nowMs} + ${leaseMs}
    where follower.holder = $2 or follower.until < ${nowMs}
  returning position,
    coalesce((select up_to from ledger_pruning where plane = $1), 0) as pruned,
    coalesce((select size from ledger_head where plane = $1), 0) as size`

const move = `
  update follower set position = $4, until = ${nowMs} + ${leaseMs}
  where plane = $1 and name = '${followerName}' and holder = $2 and position = $3`

const entries = `
  select at.position, entry.body from (
    select position, id from ledger_position
    where plane = $1 and position > $2 and position <= $3 order by position
  ) at
  cross join lateral (
    select body from ledger_entry where plane = $1 and id = at.id and body <> '' offset 0
  ) entry
  order by at.position`

/** An index that is made anew keeps series and words under their ids, which other processes know. */
const generation = 0
const cleared = ['call', 'mark', 'marked', 'loose', 'open', 'hour', 'day', 'span'].map(
  (name) => `index_${name}`,
)

/** A plane's index in the database that its ledger is in; of several processes one writes it at a time. */
export const createPostgresIndex = ({
  connections,
  address,
  plane,
  self,
}: {
  connections: Connections
  address: Address
  plane: PlaneId
  self: MemberId
}): CallIndex => {
  const write = writeForPostgres(plane)
  const ask = <T>(asking: Asking<T>): Promise<T> =>
    connections.use((client) =>
      transaction(client, 'isolation level repeatable read read only', () => run(client, asking)),
    )

  return {
    step: (most) =>
      connections.use(async (client) => {
        const [stands] = (await client.query(take, [plane, self])).rows
        if (stands === undefined) return undefined
        const { position, pruned, size } = stands
        const from = Math.max(position, pruned)
        const to = Math.min(size, from + most)
        if (to <= from) return { cursor: from, size }
        const found = storedOf((await client.query(entries, [plane, from, to])).rows)
        return transaction(client, '', async () => {
          // The row stays locked until the end: whoever comes meanwhile finds it moved.
          const { rowCount } = await client.query(move, [plane, self, position, to])
          if (rowCount !== 1) return undefined
          await writeEntries(client, plane, found)
          return { cursor: to, size }
        })
      }),
    clear: () => clear(address, plane, self),
    async listSeries({ id: above }) {
      const series = await ask(listSeries(write, above))
      return { generation, id: series.at(-1)?.id ?? above, series }
    },
    findWords: (field, texts) => ask(findWords(write, field, texts)),
    async listCalled({ series, texts, most }) {
      const words = texts && (await ask(findWords(write, 'called', texts)))
      return ask(listCalled(write, { series, words, most }))
    },
    look: <A extends Asks>(question: Question<A>) =>
      ask(look(write, question)) as Promise<(Looked & Answers[A['ask']]) | undefined>,
    dump: () => ask(dump(write)),
  }
}

/** As long as it takes, on a connection of its own. */
const clear = async (address: Address, plane: PlaneId, self: MemberId): Promise<void> => {
  const connections = createConnections({ address, most: 1, waitMs, statementMs: 0 })
  try {
    await connections.use((client) =>
      transaction(client, '', async () => {
        const reset = `insert into follower (plane, name, position, holder, until)
          values ($1, '${followerName}', 0, $2, ${nowMs} + ${leaseMs})
          on conflict (plane, name) do update set position = 0, holder = $2, until = ${nowMs} + ${leaseMs}`
        await client.query(reset, [plane, self])
        for (const table of cleared)
          await client.query(`delete from ${table} where plane = $1`, [plane])
      }),
    )
  } finally {
    await connections.close()
  }
}

const transaction = async <T>(
  client: PoolClient,
  how: string,
  work: () => Promise<T>,
): Promise<T> => {
  await client.query(`begin ${how}`)
  try {
    const answer = await work()
    await client.query('commit')
    return answer
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

const run = async <T>(client: PoolClient, asking: Asking<T>): Promise<T> => {
  let next = asking.next()
  while (!next.done) {
    const { text, values } = next.value
    const { rows } = await client.query<Row & unknown[]>({
      text,
      values: [...values],
      rowMode: 'array',
    })
    next = asking.next(rows)
  }
  return next.value
}

const storedOf = (rows: { position: number; body: string }[]): StoredEntry[] =>
  entriesOf(
    rows.map(({ position }) => position),
    rows.map(({ body }) => body).join(','),
  )
