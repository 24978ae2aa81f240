import { freePort, type Program, type ProgramOptions, pathOf, startProgram } from './program.ts'

/** A server that listens for MCP over HTTP. */
export type HttpServer = { readonly url: string; stop(): Promise<void> }

/** How to start a server that speaks over its standard input and output. */
export type StdioServer = { command: string; args: string[]; env: Record<string, string> }

export type BankOptions = {
  /** BANK_API_KEY, BANK_JOURNAL, BANK_DRIFT. */
  env?: Record<string, string>
  requireKey?: boolean
}

/** The sample bank as a child for stdio. */
export function bankCommand({ env = {}, requireKey = false }: BankOptions = {}): StdioServer {
  const args = [pathOf('sample/bank/bank.js'), ...(requireKey ? ['--require-key'] : [])]
  return { command: process.execPath, args, env }
}

/** The sample bank on a free port of loopback. */
export async function startBank(options: BankOptions = {}): Promise<HttpServer> {
  const { args, env } = bankCommand(options)
  return serving({ args: [...args, '--http', '0'], env, ready: /^listening (http:\S+)$/ })
}

const everythingPath = 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'

/** The reference server of the protocol's authors, legacy era only, as a child for stdio. */
export const everythingCommand = (): StdioServer => ({
  command: process.execPath,
  args: [pathOf(everythingPath), 'stdio'],
  env: {},
})

/** The same over streamable HTTP. */
export const startEverything = (): Promise<HttpServer> => everythingAt('streamableHttp', '/mcp')

/** The same over the HTTP+SSE of 2024-11-05. */
export const startEverythingSse = (): Promise<HttpServer> => everythingAt('sse', '/sse')

async function everythingAt(transport: string, path: string): Promise<HttpServer> {
  const port = await freePort()
  const program = await startProgram({
    args: [pathOf(everythingPath), transport],
    env: { PORT: String(port) },
    ready: /(?:listening|running) on port (\d+)/,
  })
  return { url: `http://127.0.0.1:${port}${path}`, stop: program.stop }
}

async function serving(options: ProgramOptions): Promise<HttpServer> {
  const program: Program = await startProgram(options)
  return { url: program.ready, stop: program.stop }
}

/** A server of npm as a child for stdio: the path of its program within node_modules. */
export const packageCommand = (
  program: string,
  args: string[] = [],
  env: Record<string, string> = {},
): StdioServer => ({
  command: process.execPath,
  args: [pathOf(`node_modules/${program}`), ...args],
  env,
})

/** mcp-proxy, a front of both eras over streamable HTTP, before a server that speaks over stdio. */
export async function startMcpProxy(behind: StdioServer): Promise<HttpServer> {
  const port = await freePort()
  const own = ['--host', '127.0.0.1', '--port', String(port), '--server', 'stream']
  const program = await startProgram({
    args: [
      pathOf('node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs'),
      ...own,
      '--',
      behind.command,
      ...behind.args,
    ],
    ready: /(starting server on port|listening|started)/i,
  })
  return { url: `http://127.0.0.1:${port}/mcp`, stop: program.stop }
}
