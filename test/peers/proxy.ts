import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that loses connections at chosen moments, and can be away altogether. */
export interface LossyProxy {
  readonly port: number
  /**
   * Cuts the next connection on which a client sends these words: `unheard`, once the server has
   * answered and before the client hears of it, or `unsent`, before the server gets them.
   */
  cut(words: string, when: 'unheard' | 'unsent'): void
  /** How many cuts are still to come. */
  readonly pending: number
  /** Ends every connection and takes no more until `up`. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

export const startProxy = async (target: number): Promise<LossyProxy> => {
  const cuts: { words: string; when: 'unheard' | 'unsent' }[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let cutOnAnswer = false
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (chunk) => {
      const index = cuts.findIndex(({ words }) => chunk.includes(words))
      const [cut] = index === -1 ? [] : cuts.splice(index, 1)
      if (cut?.when === 'unsent') return end()
      cutOnAnswer ||= cut !== undefined
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (cutOnAnswer) end()
      else client.write(chunk)
    })
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  }
  const down = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  }
  const port = await listen(0)
  return {
    port,
    cut: (words, when) => void cuts.push({ words, when }),
    get pending() {
      return cuts.length
    },
    down,
    up: async () => void (await listen(port)),
    close: down,
  }
}
