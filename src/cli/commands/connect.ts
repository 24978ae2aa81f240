import { Fault } from '#lib/fault.ts'
import type { Invocation } from '../command.ts'
import { reachRunning } from '../control.ts'
import type { Io } from '../io.ts'
import { type Bridge, createBridge } from '../wire/bridge.ts'
import { createWire } from '../wire/exchange.ts'
import { createLineReader } from '../wire/lines.ts'
import { createTokens } from '../wire/tokens.ts'

/** Calls under way when the client closes the pipe; clients wait about two seconds before they kill. */
const graceMs = 1500

const lineBreak = Buffer.from('\n')

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, io, data } = invocation
  const [plane, server, ...rest] = (args[0] ?? '').split('/')
  if (!plane || server === '' || rest.length > 0)
    throw new Fault('usage', { detail: `"${args[0]}" is not PLANE or PLANE/SERVER.` })
  const fetch = async () =>
    (await reachRunning(data)).ask('token', { plane, server, client: options.text('as') })
  const first = await fetch()
  const bridge = createBridge({
    wire: createWire(first.resource),
    tokens: createTokens(first, fetch, () => io.now()),
    write: (message) => void io.stdout.write(Buffer.concat([message, lineBreak])),
    say: (text) => terminal.say(text),
  })
  terminal.say(`${first.client} at ${first.resource}`)
  await bridge.end(await listen(bridge, io))
  return 0
}

/** Until the client closes the pipe, or somebody ends this program; answers how long to wait then. */
const listen = async (bridge: Bridge, io: Io): Promise<number> => {
  const { stdin, stdout } = io
  let grace = graceMs
  const leave = () => {
    grace = 0
    stdin.destroy()
  }
  const unlisten = io.onSignal(leave)
  // A client that is gone reads nothing any more.
  stdout.on('error', leave)
  const lines = createLineReader()
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>)
      for (const line of lines.read(chunk)) bridge.receive(line)
  } catch {
    // A pipe that breaks ends like one that is closed.
  }
  unlisten()
  return grace
}
