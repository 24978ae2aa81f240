import type { Column, Row } from './load.ts'

/** What stands at the head of a line of the grid, down the side or along the top. */
export type Head =
  | {
      readonly is: 'item'
      readonly key: string
      readonly item: Row['item']
      readonly of: readonly number[]
    }
  | { readonly is: 'capability'; readonly key: string; readonly at: number; readonly row: Row }
  | { readonly is: 'agent'; readonly key: string; readonly at: number; readonly column: Column }

export const agentHeads = (columns: readonly Column[]): readonly Head[] =>
  columns.map((column, at) => ({ is: 'agent', key: column.client, at, column }))

export const rowKey = ({ server, kind, name }: Row): string => `${server} ${kind} ${name}`

export const capabilityHeads = (rows: readonly Row[]): readonly Head[] =>
  rows.map((row, at) => ({ is: 'capability', key: rowKey(row), at, row }))

/** Capabilities under their items, those that are shut as one line with their counts. */
export const groupedHeads = (
  rows: readonly Row[],
  isShut: (server: string) => boolean,
): readonly Head[] => {
  const groups = new Map<string, number[]>()
  for (const [at, { server }] of rows.entries()) {
    const here = groups.get(server)
    if (here) here.push(at)
    else groups.set(server, [at])
  }
  const capabilities = capabilityHeads(rows)
  return [...groups].flatMap(([server, of]): Head[] => {
    const item: Head = { is: 'item', key: server, item: rows[of[0] ?? 0]?.item ?? 'Server', of }
    if (isShut(server)) return [item]
    return [item, ...of.flatMap((at) => capabilities[at] ?? [])]
  })
}
