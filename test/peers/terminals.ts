import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { z } from 'zod'
import { type Finished, pathOf, runProgram } from './program.ts'

/** Where a terminal client connects to: these come in over HTTP only. */
export type HttpTarget = { url: string; token?: string }

/** What every client can do, library or program. */
export type Caller = {
  toolNames(): Promise<string[]>
  /** A protocol error rejects, with its text. */
  callTool(name: string, args?: object): Promise<{ text: string; isError: boolean }>
  close(): Promise<void>
}

const toolList = z.array(z.object({ name: z.string() }))
const toolAnswer = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  isError: z.boolean().default(false),
})
const readAnswer = (value: unknown) => {
  const { content, isError } = toolAnswer.parse(value)
  return { text: content.map(({ text = '' }) => text).join('\n'), isError }
}

const inspectorPath = 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js'
const inspectorOutput = z.object({ result: z.unknown() })

/** The Inspector's terminal client: each question is a process that connects anew. */
export async function connectInspector(
  { url, token }: HttpTarget,
  protocolEra: 'legacy' | 'modern' | 'auto',
): Promise<Caller> {
  const home = await mkdtemp(join(tmpdir(), 'inspector-'))
  const config = join(home, 'mcp.json')
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const server = { type: 'streamable-http', url, headers, protocolEra }
  await writeFile(config, JSON.stringify({ mcpServers: { x: server } }))

  const ask = async (method: string, args: string[] = []): Promise<unknown> => {
    const common = ['--cli', '--config', config, '--server', 'x', '--format', 'json']
    const command = [pathOf(inspectorPath), ...common, '--method', method, ...args]
    const env = { HOME: home, MCP_INSPECTOR_SECRET_STORE: 'memory', ...ourNode }
    const finished = await runProgram(command, { env })
    if (finished.stdout === '') throw failure(finished)
    return inspectorOutput.parse(JSON.parse(finished.stdout)).result
  }

  return {
    async toolNames() {
      const { tools } = z.object({ tools: toolList }).parse(await ask('tools/list'))
      return tools.map(({ name }) => name)
    },
    async callTool(name, args = {}) {
      const call = ['--tool-name', name, '--tool-args-json', JSON.stringify(args)]
      return readAnswer(await ask('tools/call', call))
    },
    close: () => rm(home, { recursive: true }),
  }
}

const mcpcPath = 'node_modules/@apify/mcpc/bin/mcpc'
const mcpcConnected = z.object({ toolNames: z.array(z.string()) })

/** mcpc of Apify: a process of its own holds the connection between commands, until `close`. */
export async function connectMcpc({ url, token }: HttpTarget): Promise<Caller> {
  const home = await mkdtemp(join(tmpdir(), 'mcpc-'))
  const run = async (...args: string[]): Promise<unknown> => {
    const env = { HOME: home, ...ourNode }
    const finished = await runProgram([pathOf(mcpcPath), '--json', ...args], { env })
    if (finished.code !== 0) throw failure(finished)
    return JSON.parse(finished.stdout)
  }

  const header = token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`]
  // Its own bridge gets five seconds to start, which a busy machine may not have, and may not listen yet when
  // its file is there: those alone are tried again.
  const slowStart = /socket file not created within timeout|Failed to connect to bridge: connect/
  const connect = async (triesLeft: number): Promise<unknown> => {
    try {
      return await run('connect', url, '@x', ...header)
    } catch (thrown) {
      if (triesLeft === 0 || !slowStart.test(String(thrown))) throw thrown
      return connect(triesLeft - 1)
    }
  }
  // To connect lists the tools already.
  const { toolNames } = mcpcConnected.parse(await connect(4))
  return {
    toolNames: async () => toolNames,
    callTool: async (name, args = {}) =>
      readAnswer(await run('@x', 'tools-call', name, JSON.stringify(args))),
    async close() {
      await run('@x', 'close')
      await rm(home, { recursive: true })
    },
  }
}

/** Programs that start `node` by name get the Node that runs the test. */
const ourNode = {
  PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
}

const failure = ({ code, stdout, stderr }: Finished) =>
  new Error(`ended with ${code}: ${stdout}${stderr}`)
