import { McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { text } from './serving.ts'

/** A plant's manufacturing execution system: telemetry by tools, and the same by URI. */
export type Mes = {
  make(): McpServer
  /** What was read, in order: `read_telemetry 3`, `mes://line3/telemetry`. */
  readonly reads: readonly string[]
}

const degrees: Readonly<Record<string, number>> = { '3': 71.5, '4': 88.25 }

export function createMes(): Mes {
  const reads: string[] = []
  const told = (line: string) => `line ${line}: ${degrees[line] ?? 'no such line'} °C`
  const line = z.string().describe('The number of the line.')

  const addTools = (server: McpServer) => {
    server.registerTool(
      'read_telemetry',
      {
        description: 'The latest temperature of a line.',
        inputSchema: z.strictObject({ line, sensor: z.string().optional() }),
      },
      ({ line }) => {
        reads.push(`read_telemetry ${line}`)
        return { content: [text(told(line))] }
      },
    )
    server.registerTool(
      'list_lines',
      { description: 'The lines of the plant.', inputSchema: z.strictObject({}) },
      () => {
        reads.push('list_lines')
        return { content: [text(Object.keys(degrees).join(', '))] }
      },
    )
    server.registerPrompt(
      'explain_line',
      { description: 'Asks for what a line is doing.', argsSchema: z.object({ line }) },
      ({ line }) => {
        reads.push(`explain_line ${line}`)
        return { messages: [{ role: 'user', content: text(`Explain line ${line}.`) }] }
      },
    )
  }

  const answer = (uri: string, words: string) => {
    reads.push(uri)
    return { contents: [{ uri, mimeType: 'text/plain', text: words }] }
  }
  const addResources = (server: McpServer) => {
    for (const what of ['telemetry', 'recipe']) {
      const template = new ResourceTemplate(`mes://line{line}/${what}`, { list: undefined })
      server.registerResource(what, template, {}, ({ href }, variables) =>
        answer(href, `${what} of ${told(String(variables.line))}`),
      )
    }
    // Two that are listed one by one; a template fits the second as well.
    for (const uri of ['mes://plant/overview', 'mes://line4/recipe'])
      server.registerResource(uri, uri, {}, () => answer(uri, `this is ${uri}`))
  }

  return {
    reads,
    make() {
      const server = new McpServer({ name: 'mes', version: '1.0.0' })
      addTools(server)
      addResources(server)
      return server
    },
  }
}
