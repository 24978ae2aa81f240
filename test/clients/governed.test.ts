// Runs on both stores.
import { after, before, describe, test } from 'node:test'
import { clients, connectLibrary } from '../peers/callers.ts'
import { visitBank, visitEverything } from '../peers/errands.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { agent, offersOf, openPlane, type PlaneServer, plane } from '../peers/plane.ts'
import { pathOf } from '../peers/program.ts'
import {
  bankCommand,
  everythingCommand,
  type HttpServer,
  type StdioServer,
  startBank,
} from '../peers/servers.ts'

const runner = ({ command, args, env }: StdioServer) => ({
  command,
  arguments: args,
  environment: env,
})

describe('Through the gateway', () => {
  let bank: HttpServer
  let gateway: Gateway

  before(async () => {
    bank = await startBank()
    const atBank = await offersOf(bankCommand())
    const atEverything = await offersOf(everythingCommand())
    const servers: PlaneServer[] = [
      { name: 'bank', upstream: { runner: 'bank' }, offers: atBank },
      { name: 'bank-http', upstream: { url: bank.url }, offers: atBank },
      { name: 'everything', upstream: { runner: 'everything' }, offers: atEverything },
    ]
    const runners = { bank: runner(bankCommand()), everything: runner(everythingCommand()) }
    gateway = await startGateway({ documents: openPlane(servers), config: { runners } })
  })
  after(async () => {
    await gateway?.stop()
    await bank?.stop()
  })

  const target = async (server: string) => {
    const url = `${gateway.origin}/mcp/${plane}/${server}`
    return { url, token: await gateway.token(agent, url) }
  }
  /** What a client's configuration names: no address, no token. */
  const bridge = (server: string): StdioServer => {
    const command = ['connect', `${plane}/${server}`, '--as', agent, '--data', gateway.data]
    return { command: process.execPath, args: [pathOf('src/main.ts'), ...command], env: {} }
  }

  for (const { name, era, connect } of clients) {
    test(`${name} does its errands at the bank, a child of the gateway`, async (t) => {
      const caller = await connect(await target('bank'))
      t.after(() => caller.close())
      await visitBank(caller)
    })

    if (era === 'legacy')
      test(`${name} does its errands at server-everything`, async (t) => {
        const caller = await connect(await target('everything'))
        t.after(() => caller.close())
        await visitEverything(caller)
      })
  }

  for (const dialect of ['SDK v1', 'SDK v2 pinned to 2026-07-28'] as const) {
    test(`${dialect} does its errands at the bank over HTTP`, async (t) => {
      const caller = await connectLibrary(dialect, await target('bank-http'))
      t.after(() => caller.close())
      await visitBank(caller)
    })

    test(`${dialect} comes in through bailiwick connect`, async (t) => {
      const caller = await connectLibrary(dialect, bridge('bank'))
      t.after(() => caller.close())
      await visitBank(caller)
    })
  }
})
