import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type AnyServer, largeBytes, startAnyServer } from '../peers/any-server.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { bearer, callingAt } from './calling.ts'
import { agent, consumer, document, documents, grant, plane } from './plane.ts'
import { type Here, startHere } from './watched.ts'

const eras = ['modern', 'legacy'] as const

describe('An answer that is larger than one message may be', () => {
  const servers: AnyServer[] = []
  let here: Here
  before(async () => {
    for (const era of eras) servers.push(await startAnyServer(era))
    const its = eras.map((era, at) =>
      document('Server', {
        ...{ plane: 'ops', name: era, owner: 'o', upstream: { url: servers[at]?.url } },
        tools: { large: { class: 'read' }, tool: { class: 'read' } },
      }),
    )
    const allowed = grant('all', 'may', [{ server: 'modern' }])
    const too = grant('too', 'may', [{ server: 'legacy' }])
    here = await startHere(documents(plane(), consumer(), agent('may'), ...its, allowed, too), {
      limits: { answerBytes: largeBytes / 2 },
    })
  })
  after(async () => {
    await here?.stop()
    for (const one of servers) await one.stop()
  })

  const call = async (era: string, path: string, name: string) => {
    const url = `${here.origin}/mcp/${path}`
    const token = await here.token('may', url)
    const params = { name, arguments: {} }
    if (era === 'modern') {
      const { headers, body } = modern('tools/call', params)
      return (await exchange(url, { headers: { ...headers, ...bearer(token) }, body })).body
    }
    const headers = await callingAt(url).openSession(token)
    return (await exchange(url, { ...legacy('tools/call', params), headers })).body
  }

  for (const caller of eras)
    for (const server of eras)
      for (const [path, prefix] of [
        [`ops/${server}`, ''],
        ['ops', `${server}__`],
      ] as const)
        test(`fails a ${caller} call of a ${server} server at ${path}, and no part of it passes`, async () => {
          const body = await call(caller, path, `${prefix}large`)
          assert.ok(body.length < 2000)
          const record = await here.newest('large')
          assert.deepEqual(
            [record?.outcome?.status, record?.outcome?.code],
            ['failed', 'upstream_too_large'],
          )
          assert.match(await call(caller, path, `${prefix}tool`), /"result"/)
        })
})
