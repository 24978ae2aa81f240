import { createServer } from 'node:net'

/** The samples of a text exposition, by their name and labels as they are written. */
export const samplesOf = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at), Number(line.slice(at + 1))]
      }),
  )

/** The sum of all samples of that name whose labels have these pairs. */
export const sum = (
  samples: ReadonlyMap<string, number>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number => {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return [...samples]
    .filter(([key]) => key === name || key.startsWith(`${name}{`))
    .filter(([key]) => pairs.every((pair) => new RegExp(`[{,]${pair}[,}]`).test(key)))
    .reduce((total, [, value]) => total + value, 0)
}

/** A port that nobody listens at now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
