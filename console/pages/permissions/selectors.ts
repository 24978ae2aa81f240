import type { Answer } from '../../api/client.ts'

type Grant = Answer<'get', '/api/v1/planes/{plane}/grants'>['items'][number]['document']
export type Selector = Grant['allow'][number]

/** A selector in one line, as it stands in a file. */
export const selectorText = (selectors: readonly Selector[]): string =>
  selectors
    .map((one) =>
      Object.entries(one)
        .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
        .join('; '),
    )
    .join(' | ')
