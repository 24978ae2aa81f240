import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from './gateway.ts'
import { startPostgres } from './postgres.ts'
import { startRoundRobin } from './round-robin.ts'

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })

/** Several processes of the real program on one PostgreSQL, behind a balancer that knows nothing. */
export const startProcesses = async (
  count: number,
  documents: string,
  {
    config = {},
    env = {},
  }: {
    /** The operator's configuration, of each of them. */
    config?: object
    /** Their environment beyond PATH. */
    env?: Record<string, string>
  } = {},
) => {
  const postgres = await startPostgres({ durable: true })
  const url = await postgres.createDatabase()
  const front = await startRoundRobin()
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-processes-'))
  const each: { gateway: Gateway; port: number }[] = []
  const origins = () => each.map(({ port }) => `http://127.0.0.1:${port}`)

  const stop = async () => {
    await Promise.all(each.map(({ gateway }) => gateway.stop()))
    await front.stop()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const startOne = async (n: number): Promise<void> => {
    const data = join(folder, `data-${n}`)
    const port = await freePort()
    await mkdir(data)
    // One installation has one root key, wherever its processes run.
    if (n > 0) await copyFile(join(folder, 'data-0', 'root.key'), join(data, 'root.key'))
    const about = {
      data,
      config,
      env: { ...env, DATABASE_URL: url },
      args: ['--listen', `127.0.0.1:${port}`, '--origin', front.origin],
    }
    const gateway = await startGateway(n === 0 ? { ...about, documents } : about)
    each.push({ gateway, port })
  }
  try {
    for (let n = 0; n < count; n++) await startOne(n)
  } catch (thrown) {
    await stop()
    throw thrown
  }
  front.turnTo(each.map(({ port }) => port))
  return {
    /** Of the balancer, and of the installation. */
    origin: front.origin,
    /** Where each process itself can be reached. */
    origins,
    postgres,
    url,
    rootKey: join(folder, 'data-0', 'root.key'),
    at(n: number): Gateway {
      const found = each[n % each.length]
      if (!found) throw new Error('there is no such process')
      return found.gateway
    },
    /** SIGKILL, and a new process in its place. */
    async replace(n: number): Promise<void> {
      const one = each[n % each.length]
      if (!one) return
      await one.gateway.kill()
      one.gateway = await one.gateway.restart()
    },
    /** Every entry of a plane, in order, read without the product's code. */
    async entries(plane: string): Promise<Record<string, unknown>[]> {
      const rows = await postgres.query(
        `select p.position, e.body, e.writer from ledger_position p join ledger_entry e
           on e.plane = p.plane and e.id = p.id
         where p.plane = '${plane}' order by p.position`,
        url,
      )
      return rows.map(({ position, body, writer }) => ({
        position: Number(position),
        writer,
        ...JSON.parse(String(body)),
      }))
    },
    stop,
  }
}
