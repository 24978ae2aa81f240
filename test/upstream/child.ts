/**
 * A child process that speaks MCP over its standard input and output and does whatever the test asks
 * of it: the tool's name is the deed. Flags: `--dies-at METHOD`, `--deaf-to METHOD` (no answer),
 * `--no METHOD` (unknown), `--one-era` (keeps to the era it was first spoken to in).
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

type Message = {
  id?: unknown
  method?: string
  params?: { name?: string; arguments?: Record<string, unknown>; _meta?: Record<string, unknown> }
  result?: unknown
  error?: unknown
}

const { values } = parseArgs({
  options: {
    'dies-at': { type: 'string' },
    'deaf-to': { type: 'string' },
    no: { type: 'string', multiple: true, default: [] },
    'one-era': { type: 'boolean', default: false },
    'says-at-start': { type: 'string' },
  },
})
const VERSION = 'io.modelcontextprotocol/protocolVersion'
const held: Message[] = []
const returned: Message[] = []
let asking: Message | undefined
let era: 'modern' | 'legacy' | undefined

const write = (value: unknown) => void process.stdout.write(`${JSON.stringify(value)}\n`)
const answer = ({ id }: Message, result: unknown) => write({ jsonrpc: '2.0', id, result })
const unknown = ({ id }: Message) =>
  write({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } })
const text = (value: unknown) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] })

if (values['says-at-start'] !== undefined) process.stderr.write(`${values['says-at-start']}\n`)
function receive(message: Message): void {
  const { method = '', params } = message
  if (method === values['dies-at']) process.exit(7)
  if (method === values['deaf-to']) return
  if (values.no.includes(method) || isOtherEra(message)) unknown(message)
  else if (method === '') takeBack(message)
  else if (method === 'server/discover') answer(message, DISCOVERED)
  else if (method === 'initialize') answer(message, INITIALIZED)
  else if (method === 'tools/list') answer(message, { tools: [], resultType: 'complete' })
  else if (method === 'notifications/cancelled') held.push(message)
  else if (method === 'tools/call') deeds[params?.name ?? '']?.(message)
  else if (message.id !== undefined) unknown(message)
}

/** As the SDK's own servers do: the first request decides. */
function isOtherEra({ id, params }: Message): boolean {
  if (!values['one-era'] || id === undefined) return false
  const spoken = params?._meta?.[VERSION] === undefined ? 'legacy' : 'modern'
  era ??= spoken
  return era !== spoken
}

/** Answers to what we asked of the client. */
function takeBack(message: Message): void {
  returned.push(message)
  if (returned.length === 2 && asking !== undefined) answer(asking, text(returned))
}

const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: 'private',
}
const INITIALIZED = { protocolVersion: '2025-11-25', capabilities: { tools: {} } }

const deeds: Record<string, (message: Message) => void> = {
  echo: (message) => answer(message, text(message.params)),

  /** Keeps calls until there are so many, then answers them in another order than they came in. */
  gather(message) {
    const { of = 1 } = (message.params?.arguments ?? {}) as { of?: number }
    held.push(message)
    if (held.length < of) return
    const all = held.splice(0)
    all.sort((a, b) => hash(a.params?.arguments?.canary) - hash(b.params?.arguments?.canary))
    for (const one of all) answer(one, text(one.params?.arguments?.canary))
  },

  /** Keeps the call for good. */
  hold: (message) => void held.push(message),

  /** Answers what is held, and then itself, with all that it was told of cancelling. */
  release(message) {
    const all = held.splice(0)
    for (const one of all) if (one.id !== undefined) answer(one, text('late'))
    answer(message, text(all.filter(({ method }) => method === 'notifications/cancelled')))
  },

  progress(message) {
    const token = message.params?._meta?.progressToken
    const tell = (progressToken: unknown, progress: unknown) =>
      write({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken, progress },
      })
    tell(token, 'mine')
    const numbers = Array.from({ length: 40 }, (_, i) => i)
    for (const forged of [...numbers, 1000, '1', 'x', null, String(token), -1, 1.5]) {
      if (forged !== token) tell(forged, 'forged')
    }
    tell(token, 'mine again')
    answer(message, text(token))
  },

  /** Notices that belong to no call. */
  gossip(message) {
    for (const method of ['message', 'resources/updated', 'made/up', 'cancelled', 'tasks/status']) {
      write({ jsonrpc: '2.0', method: `notifications/${method}`, params: { data: 'gossip' } })
    }
    write({ jsonrpc: '2.0', id: 999_999, result: text('for nobody') })
    process.stdout.write('this is not JSON\n{"jsonrpc":"2.0","id":1,"id":2,"result":{}}\n\n')
    write({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
    answer(message, text('told'))
  },

  /** Asks the client, who has no capabilities to be asked for. */
  ask(message) {
    asking = message
    write({ jsonrpc: '2.0', id: 'q"1', method: 'sampling/createMessage', params: {} })
    write({ jsonrpc: '2.0', id: 5, method: 'ping' })
  },

  env: (message) => answer(message, text({ env: process.env, argv: process.argv.slice(2) })),
  where: (message) =>
    answer(message, text({ cwd: process.cwd(), uid: process.getuid?.(), pid: process.pid })),
  read(message) {
    try {
      answer(message, text(readFileSync(String(message.params?.arguments?.path), 'utf8')))
    } catch (error) {
      answer(message, text((error as NodeJS.ErrnoException).code))
    }
  },
  die: () => process.exit(3),
  stop: () => process.kill(process.pid, 'SIGKILL'),

  say(message) {
    process.stderr.write(`${String(message.params?.arguments?.text)}\n`)
    answer(message, text('said'))
  },

  /** Starts a process that would outlive it, and says which. */
  breed(message) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' })
    answer(message, text(child.pid))
  },

  flood() {
    const junk =
      `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x'.repeat(1000) } })}\n`.repeat(
        60,
      )
    const more = () => {
      while (process.stdout.write(junk));
    }
    process.stdout.on('drain', more)
    more()
  },

  endless() {
    const more = () => {
      while (process.stdout.write('{'.repeat(65_536)));
    }
    process.stdout.on('drain', more)
    more()
  },

  /** One line, larger than accepted, and then a proper answer. */
  large(message) {
    write({ jsonrpc: '2.0', id: message.id, result: text('y'.repeat(200_000)) })
    answer(message, text('small'))
  },

  chatter(message) {
    const progressToken = message.params?._meta?.progressToken
    for (let progress = 0; progress < 100; progress++) {
      const params = { progressToken, progress, message: 'z'.repeat(1000) }
      write({ jsonrpc: '2.0', method: 'notifications/progress', params })
    }
    answer(message, text('done'))
  },
}

function hash(value: unknown): number {
  let sum = 17
  for (const character of String(value)) sum = (sum * 31 + character.charCodeAt(0)) % 1009
  return sum
}

for await (const line of createInterface({ input: process.stdin })) receive(JSON.parse(line))
