import { exchange } from '../peers/wire.ts'
import type { Step } from './asker.ts'

/** One call of the asker's tool as a modern agent makes it, and its answer. */
export interface Calling {
  url: string
  token: string
  script?: Step[]
  /** More of the arguments. */
  args?: object
  capabilities?: object
  inputResponses?: object
  requestState?: string
  id?: number | string
  meta?: object
  host?: string
}

export const bodyOf = (about: Calling) => ({
  jsonrpc: '2.0',
  id: about.id ?? 1,
  method: 'tools/call',
  params: {
    name: 'ask',
    arguments: { script: about.script ?? [], ...about.args },
    ...(about.inputResponses && { inputResponses: about.inputResponses }),
    ...(about.requestState !== undefined && { requestState: about.requestState }),
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': about.capabilities ?? everything,
      ...about.meta,
    },
  },
})

/** Of a client that can be asked everything. */
export const everything = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }

export const headersOf = ({ token, host }: Pick<Calling, 'token' | 'host'>, name = 'ask') => ({
  authorization: `Bearer ${token}`,
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': name,
  ...(host !== undefined && { host }),
})

export interface Called {
  status: number
  /** All that came, in its order. */
  messages: Record<string, unknown>[]
  result: Record<string, unknown> & { requestState: string; inputRequests: object }
  error: { code: number; message: string; data?: unknown }
}

export const call = async (about: Calling): Promise<Called> => {
  const { status, headers, body } = await exchange(about.url, {
    headers: headersOf(about),
    body: bodyOf(about),
  })
  const messages = String(headers['content-type']).startsWith('text/event-stream')
    ? body
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => JSON.parse(line.slice(6)))
    : [JSON.parse(body || '{}')]
  const last = messages.at(-1)
  return { status, messages, result: last.result, error: last.error }
}

export const textOf = ({ result }: Called): unknown => {
  const [content] = (result?.content ?? []) as { text: string }[]
  return content && JSON.parse(content.text)
}

export const form = {
  mode: 'form',
  message: 'Who are you?',
  requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
}
export const accept = (name: string) => ({ action: 'accept', content: { name } })
