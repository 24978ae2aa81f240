import type { Answer } from '../../api/client.ts'
import { explainAddress, type Kind, kinds } from '../permissions/explaining.ts'

/** One call as the API tells it: its record, its entries, and what it met then and would meet now. */
export type Story = Answer<'get', '/api/v1/planes/{plane}/calls/{call}'>
export type Explanation = NonNullable<Story['now']>
type Entry = Story['entries'][number]['entry']

const fieldOf = ({ entries }: Story, name: string): unknown =>
  entries
    .map(({ entry }) => (entry as Entry & Readonly<Record<string, unknown>>)[name])
    .find((value) => value !== undefined)

/** What one of its entries says under that name, as far as it is of that form. */
export const textIn = (story: Story, name: string): string | undefined => {
  const value = fieldOf(story, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}
export const numberIn = (story: Story, name: string): number | undefined => {
  const value = fieldOf(story, name)
  return typeof value === 'number' ? value : undefined
}
export const listIn = (story: Story, name: string): readonly string[] => {
  const value = fieldOf(story, name)
  return Array.isArray(value) ? value.map(String) : []
}

export const kindOf = ({ record }: Story): Kind =>
  kinds.find((kind) => kind === record.kind) ?? 'tool'

/** Where Explain says the same of this call, to be asked with other values. */
export const explainOf = (story: Story): string => {
  const { plane, record } = story
  const revision = numberIn(story, 'revision')
  return explainAddress({
    plane,
    agent: record.agent,
    consumer: record.consumer,
    cap: `${record.server}/${record.name}`,
    kind: kindOf(story),
    user: record.user,
    rev: revision === undefined ? undefined : String(revision),
  })
}
