import { after, before, describe, test } from 'node:test'
import { clients } from '../peers/callers.ts'
import { visitBank, visitEverything } from '../peers/errands.ts'
import { type HttpServer, startBank, startEverything } from '../peers/servers.ts'

describe('Without a gateway between them', () => {
  const key = 'a key for tests'
  let bank: HttpServer
  let everything: HttpServer

  before(async () => {
    bank = await startBank({ env: { BANK_API_KEY: key }, requireKey: true })
    everything = await startEverything()
  })
  after(async () => {
    await bank?.stop()
    await everything?.stop()
  })

  for (const { name, era, connect } of clients) {
    test(`${name} does its errands at the bank, with a bearer token`, async (t) => {
      const caller = await connect({ url: bank.url, token: key })
      t.after(() => caller.close())
      await visitBank(caller)
    })

    if (era === 'legacy')
      test(`${name} does its errands at server-everything`, async (t) => {
        const caller = await connect({ url: everything.url })
        t.after(() => caller.close())
        await visitEverything(caller)
      })
  }
})
