import type { IncomingMessage } from 'node:http'

/** RFC 6265 §5.4; of two of one name, which somebody else has set one of, neither. */
export const cookieIn = ({ headers }: IncomingMessage, name: string): string | undefined => {
  const values = (headers.cookie ?? '').split(/;\s*/).flatMap((pair) => {
    const [key, value = ''] = pair.split(/=(.*)/s)
    return key === name ? [value] : []
  })
  return values.length === 1 ? values[0] : undefined
}
