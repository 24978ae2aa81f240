import type { ServerResponse } from 'node:http'

/**
 * Answers lines as they are made, and no faster than they are read: what waits for the reader is not
 * made yet. Resolves when all are sent or the reader has gone; rejects with what made no more.
 */
export const sendLines = async (
  response: ServerResponse,
  lines: AsyncIterable<string>,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> => {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', ...headers })
  for await (const line of lines) {
    if (response.destroyed) return
    if (!response.write(`${line}\n`)) await drained(response)
  }
  response.end()
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
