import { McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { text } from './serving.ts'

/** An insurer's policies, with what is personal in them. */
export type Insurer = {
  make(): McpServer
  /** What was asked for, in order: `read_policy 4711`. */
  readonly asked: readonly string[]
  /** Texts that whoever is shown the redacted record must never meet. */
  readonly secrets: readonly string[]
}

const policy = (number: string) => ({
  number,
  cover: 'household',
  holder: { name: 'Ana Kovač', born: '1979-02-03', iban: 'AT611904300234573201' },
  claims: [
    { id: 'c-1', amount: 1200, physician: 'Dr. Lindqvist' },
    { id: 'c-2', amount: 80, physician: 'Dr. Okafor' },
  ],
})
const record = z.object({
  number: z.string(),
  cover: z.string(),
  holder: z.object({ name: z.string(), born: z.string(), iban: z.string() }),
  claims: z.array(z.object({ id: z.string(), amount: z.number(), physician: z.string() })),
})

export function createInsurer(): Insurer {
  const asked: string[] = []
  const number = z.string().describe('The number of a policy.')
  return {
    asked,
    secrets: ['1979-02-03', 'AT611904300234573201', 'Lindqvist', 'Okafor'],
    make() {
      const server = new McpServer({ name: 'policies', version: '1.0.0' })
      server.registerTool(
        'list_policies',
        { description: 'Numbers of policies.', inputSchema: z.strictObject({}) },
        () => ({ content: [text('4711, 4712')] }),
      )
      server.registerTool(
        'read_policy',
        {
          description: 'A policy with its holder and its claims.',
          inputSchema: z.strictObject({ number }),
          outputSchema: record,
        },
        ({ number }) => {
          asked.push(`read_policy ${number}`)
          const found = policy(number)
          return { content: [text(JSON.stringify(found))], structuredContent: found }
        },
      )
      const template = new ResourceTemplate('policy://{number}', { list: undefined })
      server.registerResource(
        'policy',
        template,
        { mimeType: 'application/json' },
        ({ href }, of) => {
          asked.push(href)
          const found = JSON.stringify(policy(String(of.number)))
          return { contents: [{ uri: href, mimeType: 'application/json', text: found }] }
        },
      )
      return server
    },
  }
}
