import { answerMark } from './request.ts'

/** What the vault lends to calls; the server behind counts where it arrives. */
export const lentSecret = 'bench-secret-that-only-the-vault-holds'

/** What came since it was last asked. */
export interface Taken {
  readonly calls: number
  /** Of these, those that bore the credential. */
  readonly lent: number
  /** Those that bore any. */
  readonly bearing: number
}

/** A result as JSON, filled up so that the whole body has about so many bytes. */
const resultOf = (bytes: number): string => {
  const result = (text: string) =>
    JSON.stringify({ resultType: 'complete', content: [{ type: 'text', text }] })
  const around = `{"jsonrpc":"2.0","id":1,"result":${result('')}}`.length
  return result(answerMark.padEnd(bytes - around, ' all of them on time, by the clerk.'))
}

const tools = ['small', 'large'].map((name) => ({
  name,
  description: `An answer that is ${name}`,
  inputSchema: { type: 'object', properties: { query: { type: 'string' } } },
}))

/** By the name of the tool, as JSON text. */
export const callResults: Readonly<Record<string, string>> = {
  small: resultOf(300),
  large: resultOf(20_000),
}

/** By method. */
export const otherResults: Readonly<Record<string, object>> = {
  'server/discover': {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    serverInfo: { name: 'bench', version: '1.0.0' },
    ttlMs: 60_000,
    cacheScope: 'public',
  },
  'tools/list': { resultType: 'complete', tools, ttlMs: 60_000, cacheScope: 'public' },
}

/** What a server of 2025-11-25 says to `initialize`. */
export const greeting = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'bench', version: '1.0.0' },
}
