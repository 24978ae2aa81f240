import type { Answer } from '../../api/client.ts'
import { useAnswers } from '../../api/queries.ts'
import type { Filter } from '../../filters/grammar.ts'
import type { Range } from '../../filters/time.ts'
import type { Facet } from '../../ui/Facets.tsx'
import { useWords, type Words } from '../../words/words.ts'
import {
  fieldOfAddress,
  fieldOfApi,
  isCallField,
  moreFacets,
  sayValue,
  titleOf,
  usualFacets,
} from './fields.ts'
import { askOf } from './question.ts'

const path = '/api/v1/planes/{plane}/calls/facets'
type Told = Answer<'get', typeof path>['facets'][number]
const top = 100

/**
 * Each field counted over the whole range by everything that filters but itself, so that what else could be
 * chosen shows. Those that no filter names are counted together.
 */
export const useFacets = (
  planes: readonly string[],
  filters: readonly Filter[],
  range: Range,
  { showsMore, everyMs }: { readonly showsMore: boolean; readonly everyMs: number | undefined },
) => {
  const words = useWords()
  const active = [...new Set(filters.map(({ field }) => field))].filter(isCallField)
  const wanted = showsMore ? [...usualFacets, ...moreFacets] : usualFacets
  // Some of these are refused to some: alone, none takes the others with it.
  const single = moreFacets.filter((field) => wanted.includes(field) && !active.includes(field))
  const plain = usualFacets.filter((field) => !active.includes(field))
  const groups = [
    { fields: plain, filters },
    ...single.map((field) => ({ fields: [field], filters })),
    ...active.map((field) => ({
      fields: [field],
      filters: filters.filter((one) => one.field !== field),
    })),
  ].filter(({ fields }) => fields.some((field) => field !== 'name'))
  const answers = useAnswers(
    path,
    groups.flatMap((group) =>
      planes.map((plane) => {
        const field = group.fields.map(fieldOfApi)
        const query = { ...askOf(group.filters, range), field, top }
        return [plane, { params: { path: { plane }, query } }] as const
      }),
    ),
    everyMs === undefined ? {} : { everyMs },
  )
  const told = answers.flatMap(({ query }) => query.data?.facets ?? [])
  return {
    facets: summed(words, told, wanted),
    isPending: answers.some(({ query }) => query.isPending),
    isOld: answers.some(({ query }) => query.isPlaceholderData),
    behind: Math.max(0, ...answers.map(({ query }) => query.data?.behind ?? 0)),
    /** Of what everybody may see. */
    failed: answers.find(({ query }, at) => at < planes.length && query.error)?.query,
  }
}

/** The same field of several planes is one facet. */
const summed = (words: Words, told: readonly Told[], order: readonly string[]): Facet[] => {
  const fields = [...new Set([...order, ...told.map(({ field }) => fieldOfAddress(field))])]
  return fields.flatMap((field) => {
    const same = told.filter((one) => fieldOfAddress(one.field) === field)
    if (same.length === 0) return []
    const counts = new Map<string, number>()
    for (const { values } of same)
      for (const { value, count } of values) counts.set(value, (counts.get(value) ?? 0) + count)
    const values = [...counts]
      .map(([value, count]) => ({ value, count, says: sayValue(words, field, value) }))
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    const others = same.reduce((sum, one) => sum + one.others, 0)
    const opens = ['capability', 'outcome', 'agent'].includes(field)
    return [{ field, title: titleOf(words, field), values, others, opens }]
  })
}
