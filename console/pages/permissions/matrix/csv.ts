import { csvLine } from '../../../ui/csv.ts'
import type { Matrix } from './load.ts'

/** In the words of the API whatever the language of the page is. */
export const csvOf = ({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>): string => {
  const head = ['item', 'of', 'kind', 'name', 'class', ...columns.map(({ client }) => client)]
  const lines = rows.map(({ server, item, kind, name, class: of, cells }) => [
    ...[server, item, kind, name, of],
    ...cells,
  ])
  return [head, ...lines].map(csvLine).join('')
}
