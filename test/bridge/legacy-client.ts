import { StreamableHTTPClientTransport, Client as V2Client } from '@modelcontextprotocol/client'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as V1Http } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport as V1Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'

/** What a client answers to what servers ask. */
export const answers = {
  elicitation: { action: 'accept' as const, content: { name: 'Ada' } },
  sampling: {
    role: 'assistant' as const,
    model: 'm',
    content: { type: 'text' as const, text: 'a poem' },
  },
  roots: { roots: [{ uri: 'file:///work', name: 'work' }] },
}

const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
const info = { name: 'legacy-agent', version: '1.0.0' }
type Where = { url: string; token: string; fetch?: typeof fetch }

/** The v1 SDK, which knows the older revisions alone, with everything that it can be asked. */
export async function connectV1(where: Where, declared: object = capabilities): Promise<V1Client> {
  const client = new V1Client(info, { capabilities: declared })
  if ('elicitation' in declared)
    client.setRequestHandler(ElicitRequestSchema, () => answers.elicitation)
  if ('sampling' in declared)
    client.setRequestHandler(CreateMessageRequestSchema, () => answers.sampling)
  if ('roots' in declared) client.setRequestHandler(ListRootsRequestSchema, () => answers.roots)
  const transport = new V1Http(new URL(where.url), {
    requestInit: { headers: { authorization: `Bearer ${where.token}` } },
    ...(where.fetch && { fetch: where.fetch }),
  })
  // The SDK's own declarations do not fit together under exactOptionalPropertyTypes.
  await client.connect(transport as V1Transport)
  return client
}

/** The v2 SDK in its legacy mode. */
export async function connectV2(where: Where): Promise<V2Client> {
  const client = new V2Client(info, { capabilities, versionNegotiation: { mode: 'legacy' } })
  client.setRequestHandler('elicitation/create', () => answers.elicitation)
  client.setRequestHandler('sampling/createMessage', () => answers.sampling)
  client.setRequestHandler('roots/list', () => answers.roots)
  await client.connect(
    new StreamableHTTPClientTransport(new URL(where.url), {
      requestInit: { headers: { authorization: `Bearer ${where.token}` } },
    }),
  )
  return client
}
