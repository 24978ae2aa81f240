import assert from 'node:assert/strict'
import { clientId, planeId } from '#domain/name.ts'
import { exchange, modern } from '../../peers/wire.ts'
import type { ConsoleWorld } from './world.ts'

const sample = { plane: 'ops', consumer: 'workplace-ai' }

/** Of an agent, for one of its servers; of the sample, where nothing is said. */
export const tokenFor = async (
  { origin, started }: ConsoleWorld,
  agent: string,
  server: string,
  { plane, consumer } = sample,
): Promise<string> => {
  const client = clientId(agent, consumer)
  const resource = `${origin}/mcp/${plane}/${server}`
  const { identity } = started.installation
  return (await identity.mint(planeId(plane), client, resource, [], 'test')).token
}

/** The id of a call that an agent made over HTTP, with a real token. */
export const callAs = async (
  world: ConsoleWorld,
  agent: string,
  target: string,
  about: {
    readonly args?: Readonly<Record<string, unknown>>
    readonly token?: string
    readonly where?: typeof sample
  } = {},
): Promise<string> => {
  const { origin, started } = world
  const [server = '', name = ''] = target.split('/')
  const where = about.where ?? sample
  const token = about.token ?? (await tokenFor(world, agent, server, where))
  const params = { name, arguments: about.args ?? {} }
  const { headers, body } = modern('tools/call', params)
  const authorization = `Bearer ${token}`
  await exchange(`${origin}/mcp/${where.plane}/${server}`, {
    headers: { ...headers, authorization },
    body,
  })
  const [newest] = await started.installation.calls.list({ plane: planeId(where.plane), most: 1 })
  assert.equal(newest?.name, name, 'the call is in the ledger')
  return newest?.call ?? ''
}
