import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import {
  acceptedContent,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { serveModern } from '../peers/modern-server.ts'

type Served = Awaited<ReturnType<typeof serveModern>>
const text = (words: string) => ({ type: 'text' as const, text: words })
const done = (words: string) => ({ content: [text(words)] })

const codec = createRequestStateCodec<{ round: number }>({ key: randomBytes(32) })

/** What a server saw of one request. */
export type Seen = { method: string; params: unknown; envelope: unknown }

const name = inputRequired.elicit({
  message: 'What is your name?',
  requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
})

/** A server of 2026-07-28 alone, with what legacy callers find hardest. */
export async function startAskingServer(): Promise<Served & { seen: Seen[]; closed: string[] }> {
  const seen: Seen[] = []
  const closed: string[] = []
  const server = await serveModern((notify) => makeServer(seen, closed, notify))
  return { ...server, seen, closed }
}

function makeServer(seen: Seen[], closed: string[], notify: Served['notify']): McpServer {
  const server = new McpServer(
    { name: 'asking', version: '2.0.0', title: 'Asks' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: {},
        logging: {},
        completions: {},
      },
      instructions: 'Ask before you act.',
      requestState: { verify: codec.verify },
    },
  )
  const add = (
    tool: string,
    run: Parameters<McpServer['registerTool']>[2],
    more: object = {},
  ): void => {
    server.registerTool(tool, { description: tool, inputSchema: z.object({}), ...more }, ((
      ...args: Parameters<typeof run>
    ) => {
      const { mcpReq } = args[1]
      seen.push({ method: tool, params: args[0], envelope: mcpReq.envelope })
      return run(...args)
    }) as typeof run)
  }

  add('plain', () => done('plain'))
  add('rounds', async (_args, { mcpReq }) => {
    const state = mcpReq.requestState<{ round: number }>()
    const said = acceptedContent<{ name: string }>(mcpReq.inputResponses, 'who')?.name
    const round = state?.round ?? 0
    if (round === 2) return done(`after ${round} rounds: ${said}`)
    return inputRequired({
      inputRequests: { who: name },
      requestState: await codec.mint({ round: round + 1 }),
    })
  })
  add('everything', (_args, { mcpReq }) => {
    const answers = mcpReq.inputResponses
    if (answers) return done(JSON.stringify(answers))
    return inputRequired({
      inputRequests: {
        who: name,
        poem: inputRequired.createMessage({
          messages: [{ role: 'user', content: text('A poem, please') }],
          maxTokens: 10,
        }),
        where: inputRequired.listRoots(),
      },
    })
  })
  add('link', (_args, { mcpReq }) => {
    const answer = mcpReq.inputResponses?.sign
    if (answer) return done(JSON.stringify(answer))
    return inputRequired({
      inputRequests: {
        sign: inputRequired.elicitUrl({ message: 'Sign here', url: 'https://example.com/sign' }),
      },
    })
  })
  add('endless', async () =>
    inputRequired({ inputRequests: { who: name }, requestState: await codec.mint({ round: 1 }) }),
  )
  add('slow', async (_args, { mcpReq }) => {
    mcpReq.signal.addEventListener('abort', () => closed.push('slow'))
    for (let n = 0; n < 200 && !mcpReq.signal.aborted; n++) await pause(50)
    return done('slow')
  })
  add('logs', async (_args, { mcpReq }) => {
    await mcpReq.log('info', 'an info')
    await mcpReq.log('error', 'an error')
    return done('logged')
  })
  add('list', () => ({ content: [text('[1,2]')], structuredContent: [1, 2] as never }), {
    outputSchema: fromJsonSchema({ type: 'array', items: { type: 'number' } }),
  })
  add('linked', () => ({
    content: [{ type: 'resource_link' as const, uri: 'test://a', name: 'a', description: 'the a' }],
  }))
  server.registerTool(
    'mirrored',
    {
      description: 'mirrored',
      inputSchema: fromJsonSchema<{ region?: string; level?: number }>({
        type: 'object',
        properties: {
          region: { type: 'string', 'x-mcp-header': 'Region' },
          level: { type: 'integer', 'x-mcp-header': 'Level' },
        },
      } as never),
    },
    (args) => done(JSON.stringify(args)),
  )
  const read = (uri: string) => ({ contents: [{ uri, mimeType: 'text/plain', text: uri }] })
  server.registerResource('watched', 'test://watched', {}, () => read('test://watched'))
  const template = new ResourceTemplate('test://item/{id}', { list: undefined })
  server.registerResource('item', template, {}, ({ href }) => read(href))
  server.registerPrompt(
    'asks',
    { description: 'asks', argsSchema: z.object({}) },
    (_args, { mcpReq }) => {
      const said = acceptedContent<{ name: string }>(mcpReq.inputResponses, 'who')?.name
      return said === undefined
        ? inputRequired({ inputRequests: { who: name } })
        : { messages: [{ role: 'user' as const, content: text(said) }] }
    },
  )
  server.server.setRequestHandler('completion/complete', () => ({
    completion: { values: ['one'], total: 1, hasMore: false },
  }))
  add('touch', () => {
    notify.resourceUpdated('test://watched')
    notify.resourceUpdated('test://item/7')
    notify.toolsChanged()
    return done('touched')
  })
  return server
}
