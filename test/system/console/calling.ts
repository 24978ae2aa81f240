import assert from 'node:assert/strict'
import { clientId, planeId } from '#domain/name.ts'
import { exchange, modern } from '../../peers/wire.ts'
import type { ConsoleWorld } from './world.ts'

/** Of an agent of the sample, for one of its servers. */
export const tokenFor = async (
  { origin, started }: ConsoleWorld,
  agent: string,
  server: string,
): Promise<string> => {
  const client = clientId(agent, 'workplace-ai')
  const resource = `${origin}/mcp/ops/${server}`
  const { identity } = started.installation
  return (await identity.mint(planeId('ops'), client, resource, [], 'test')).token
}

/** The id of a call that an agent of the sample made over HTTP, with a real token. */
export const callAs = async (
  world: ConsoleWorld,
  agent: string,
  target: string,
  about: { readonly args?: Readonly<Record<string, unknown>>; readonly token?: string } = {},
): Promise<string> => {
  const { origin, started } = world
  const [server = '', name = ''] = target.split('/')
  const token = about.token ?? (await tokenFor(world, agent, server))
  const params = { name, arguments: about.args ?? {} }
  const { headers, body } = modern('tools/call', params)
  const authorization = `Bearer ${token}`
  await exchange(`${origin}/mcp/ops/${server}`, { headers: { ...headers, authorization }, body })
  const [newest] = await started.installation.calls.list({ plane: planeId('ops'), most: 1 })
  assert.equal(newest?.name, name, 'the call is in the ledger')
  return newest?.call ?? ''
}
