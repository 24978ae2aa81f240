import type { Matrix } from './load.ts'

/** RFC 4180, in the words of the API whatever the language of the page is. */
export const csvOf = ({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>): string => {
  const head = ['item', 'of', 'kind', 'name', 'class', ...columns.map(({ client }) => client)]
  const lines = rows.map(({ server, item, kind, name, class: of, cells }) => [
    ...[server, item, kind, name, of],
    ...cells,
  ])
  return [head, ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('')
}

/** Names come from servers: what a spreadsheet would work out as a formula is kept a text. */
const field = (text: string): string => {
  const kept = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(kept) ? `"${kept.replaceAll('"', '""')}"` : kept
}

export const save = (name: string, text: string): void => {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
