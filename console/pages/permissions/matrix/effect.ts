import { useQuery } from '@tanstack/react-query'
import { type Answer, ask } from '../../../api/client.ts'
import type { Problem } from '../../../api/problem.ts'
import type { Draft } from './draft.ts'
import { type Cell, type MatrixAnswer, matrixPath } from './load.ts'

const draftPath = '/api/v1/planes/{plane}/matrix/draft'
const testPath = '/api/v1/planes/{plane}/policy/test'
const replayPath = '/api/v1/planes/{plane}/policy/replay'

export type Redrawn = Answer<'post', typeof draftPath>
export type Tests = Answer<'post', typeof testPath>['tests']
export type Replayed = Answer<'post', typeof replayPath>

export interface ChangedCell {
  readonly client: string
  readonly server: string
  readonly kind: string
  readonly name: string
  readonly class: string
  readonly now: Cell
  readonly after: Cell
}

/** The documents of a draft, and what they would do, by the evaluator of the gateway. */
export interface DraftEffect {
  readonly redrawn: Redrawn
  readonly changed: readonly ChangedCell[]
  readonly tests: Tests
  /** Undefined where nothing would be changed. */
  readonly replayed: Replayed | undefined
}

export const redraw = (plane: string, draft: Draft, reason: string, until?: string) =>
  ask('post', draftPath, {
    params: { path: { plane } },
    body: { cells: [...draft.values()], reason, ...(until !== undefined && { until }) },
  })

/** Worked out anew whenever the draft or the policy becomes another. */
export const useEffectOf = (plane: string, draft: Draft) =>
  useQuery<DraftEffect, Problem>({
    queryKey: [draftPath, plane, [...draft.values()]],
    enabled: draft.size > 0,
    // Of another draft it would be the wrong one.
    placeholderData: () => undefined,
    queryFn: async () => {
      const redrawn = await redraw(plane, draft, 'draft')
      const { files } = redrawn
      const params = { path: { plane } }
      if (files.length === 0) {
        const { tests } = await ask('post', testPath, { params, body: {} })
        return { redrawn, changed: [], tests, replayed: undefined }
      }
      const body = { draft: { files } }
      const [changed, { tests }, replayed] = await Promise.all([
        changedBy(plane, files),
        ask('post', testPath, { params, body }),
        ask('post', replayPath, { params, body: { ...body, since: '7d' } }),
      ])
      return { redrawn, changed, tests, replayed }
    },
  })

/** Of the whole plane, page behind page: a grant may reach further than the cells it was made for. */
const changedBy = async (plane: string, files: Redrawn['files']): Promise<ChangedCell[]> => {
  const changed: ChangedCell[] = []
  let after: string | undefined
  do {
    const page: MatrixAnswer = await ask('post', matrixPath, {
      params: { path: { plane } },
      body: { draft: { files }, limit: 2000, ...(after !== undefined && { after }) },
    })
    changed.push(...differences(page))
    after = page.next
  } while (after !== undefined)
  return changed
}

const differences = ({ rows, columns }: MatrixAnswer): ChangedCell[] =>
  rows.flatMap(({ server, kind, name, class: of, cells, now = cells }) =>
    columns.flatMap(({ client }, at) => {
      const [was, is] = [now[at] ?? 'none', cells[at] ?? 'none']
      return was === is ? [] : [{ client, server, kind, name, class: of, now: was, after: is }]
    }),
  )
