import { text as readAll } from 'node:stream/consumers'
import { Fault } from '#lib/fault.ts'
import type { JsonObject, JsonValue } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'
import { readArguments, readObject } from '#mcp/typed.ts'
import { type Invocation, readTarget } from '../command.ts'
import { type Control, reachRunning } from '../control.ts'
import { Interrupted } from '../prompt.ts'
import { explainFailure, hintRecord } from '../refused.ts'
import { printResult } from '../result.ts'
import type { Made } from '../say-refusal.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { version } from '../version.ts'
import { createWire } from '../wire/exchange.ts'
import { createTalk, type Hear, type Reply, type Talk } from '../wire/talk.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, io, data } = invocation
  const target = readTarget(args[0] ?? '', options)
  const control = await reachRunning(data)
  const { plane, server } = target
  const token = await control.ask('token', { plane, server, client: options.text('as') })
  const made = { ...target, token, startedAt: io.now() }
  const ended = new AbortController()
  const unlisten = io.onSignal(() => ended.abort())
  const wire = createWire(token.resource)
  // An unknown era is no reason not to try: the newest one is answered with what is spoken.
  const era = token.eras?.modern || token.eras?.legacy === undefined ? 'modern' : 'legacy'
  const talk = createTalk({ wire, token: token.token, era, version, signal: ended.signal })
  try {
    const given = await readGiven(invocation, talk, target.name)
    const reply = await talk.request(
      'tools/call',
      { name: target.name, arguments: given },
      hearProgress(terminal),
    )
    return await finish(invocation, control, { ...made, args: given }, reply)
  } catch (thrown) {
    if (ended.signal.aborted) throw new Interrupted()
    throw thrown
  } finally {
    await talk.close()
    wire.close()
    unlisten()
  }
}

/** Arguments as typed. What the caller may not discover has no schema, and is called all the same. */
const readGiven = async (
  { args, options, io }: Invocation,
  talk: Talk,
  name: string,
): Promise<JsonObject> => {
  const words = args.slice(1)
  const written = options.text('args')
  if (written !== undefined && words.length > 0)
    throw new Fault('usage', { detail: 'Give the arguments as key=value or by --args, not both.' })
  const whole =
    written === undefined
      ? undefined
      : readObject(written === '-' ? await readAll(io.stdin) : written)
  if (whole === undefined && words.length === 0) return {}
  // Also for --args: what a header must repeat stands in the schema.
  const schema = await findSchema(talk, name)
  return whole ?? readArguments(words, schema)
}

/** Pages of `tools/list` that are asked for at most. */
const pageLimit = 50

const findSchema = async (talk: Talk, name: string): Promise<JsonValue | undefined> => {
  let cursor: string | undefined
  for (let page = 0; page < pageLimit; page++) {
    const reply = await talk.request('tools/list', cursor === undefined ? {} : { cursor })
    if (!('result' in reply)) return undefined
    const { tools, nextCursor } = reply.result
    const tool = Array.isArray(tools)
      ? (tools as readonly JsonValue[]).find((one) => isObject(one) && one.name === name)
      : undefined
    if (isObject(tool)) return tool.inputSchema
    if (typeof nextCursor !== 'string') return undefined
    cursor = nextCursor
  }
  return undefined
}

const hearProgress = (terminal: Terminal): Hear | undefined => {
  if (!terminal.isWatched || terminal.quiet || terminal.json) return undefined
  return (method, params) => {
    if (method !== 'notifications/progress') return
    const { progress, total, message } = params
    const count = total === undefined ? String(progress) : `${progress} of ${total}`
    terminal.talk(`  ${count}${typeof message === 'string' ? `  ${message}` : ''}`)
  }
}

const finish = async (
  { terminal, fields }: Invocation,
  control: Control,
  made: Made,
  reply: Reply,
): Promise<number> => {
  if ('error' in reply || reply.result.isError === true)
    return await explainFailure(terminal, control, made, reply)
  if (reply.result.resultType !== undefined && reply.result.resultType !== 'complete')
    throw new Fault('upstream_broken', {
      detail: `The tool answered "${reply.result.resultType}": it wants something that a terminal call cannot give.`,
      fix: 'call it with an MCP client, through bailiwick connect',
    })
  if (terminal.json) printJson(terminal, reply.result, fields)
  else printResult(terminal, reply.result)
  await hintRecord(terminal, control, made)
  return 0
}
