import { type ClientId, planeId } from '#domain/name.ts'
import { connectLibrary } from '../../peers/callers.ts'
import { exchange, modern } from '../../peers/wire.ts'
import type { ConsoleWorld } from './world.ts'

/** A real agent of the plane ops, over HTTP with a token of its own. */
export const agentOf = (world: ConsoleWorld, client: string) => {
  const { installation } = world.started
  const tokenFor = async (path: string) => {
    const resource = `${world.origin}/mcp/${path}`
    const { token } = await installation.identity.mint(
      planeId('ops'),
      client as ClientId,
      resource,
      [],
      'test',
    )
    return { url: resource, token }
  }
  const connected = async <T>(
    path: string,
    act: (caller: Awaited<ReturnType<typeof connectLibrary>>) => Promise<T>,
  ): Promise<T> => {
    const caller = await connectLibrary('SDK v2 pinned to 2026-07-28', await tokenFor(path))
    try {
      return await act(caller)
    } finally {
      await caller.close()
    }
  }
  return {
    /** Names of the tools that it is told of at a server. */
    tools: (server: string) => connected(`ops/${server}`, (caller) => caller.toolNames()),
    call: (server: string, tool: string, args: Record<string, unknown> = {}) =>
      connected(`ops/${server}`, (caller) => caller.callTool(tool, args)),
    /** Its list as it stands on the wire, of the plane's endpoint or of a server's. */
    async listed(path: string): Promise<unknown[]> {
      const { url, token } = await tokenFor(path)
      const { headers, body } = modern('tools/list')
      const authorization = `Bearer ${token}`
      const answer = await exchange(url, { headers: { ...headers, authorization }, body })
      return JSON.parse(answer.body).result.tools
    },
  }
}
