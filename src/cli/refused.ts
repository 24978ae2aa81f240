import type { TokenAnswer } from '#edge/control/agents.ts'
import type { CallRow } from '#edge/control/calls.ts'
import { Fault, type FaultCode, faults } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'
import type { Explanation } from '#policy/policy.ts'
import { oneLine, readable } from './cells.ts'
import type { Control } from './control.ts'
import { printRemedy } from './remedy.ts'
import { contentLines } from './result.ts'
import { drawStrip, pathOf } from './strip.ts'
import type { Terminal } from './terminal.ts'
import type { Reply } from './wire/talk.ts'

/** A call that this terminal made as one of the agents. */
export interface Made {
  readonly plane: string
  readonly server: string
  readonly name: string
  readonly token: TokenAnswer
  /** By the clock of this machine, before anything was sent. */
  readonly startedAt: number
}

/** A check said no. */
const refusedCode = 3
/** The capability was called and answered with an error of its own. */
const ownErrorCode = 9

/**
 * Says why a call came to nothing. The agent was told what an agent may know; whoever sits here
 * administers this installation, so the ledger and the evaluator say the rest.
 */
export const explainFailure = async (
  terminal: Terminal,
  control: Control,
  made: Made,
  reply: Reply,
): Promise<number> => {
  const told = 'error' in reply ? reply.error.message : contentLines(reply.result, false).join('\n')
  const record = await findRecord(control, made, reply)
  const now = await explainNow(control, made)
  if (isRefused(record, now)) {
    const down = await findTrouble(control, made, record?.because ?? now.because)
    printRefusal(terminal, made, { told, record, now, down, waitMs: waitOf(reply) })
    return refusedCode
  }
  if (!record || record.outcome?.status === 'failed') throw failed(record, reply)
  printOwnError(terminal, made, { told, record, reply })
  return ownErrorCode
}

/** After a call that went well: its way in one line, and where to read more. */
export const hintRecord = async (
  terminal: Terminal,
  control: Control,
  made: Made,
): Promise<void> => {
  if (terminal.quiet || terminal.json) return
  const record = await findRecord(control, made, undefined)
  if (!record) return
  const strip = drawStrip(pathOf(record), { ascii: terminal.ascii, paint: terminal.paintTalk })
  const ms = record.outcome ? `${Math.round(record.outcome.ms)} ms` : 'under way'
  terminal.hint(`${strip}  ${ms}  bailiwick why ${record.call}`)
}

const refusalOf = (reply: Reply): JsonObject | undefined => {
  if ('error' in reply) return isObject(reply.error.data) ? reply.error.data : undefined
  const meta = reply.result._meta
  const found = isObject(meta) ? meta['dev.bailiwick/refusal'] : undefined
  return isObject(found) ? found : undefined
}

const waitOf = (reply: Reply): number | undefined => {
  const wait = refusalOf(reply)?.retryAfterMs
  return typeof wait === 'number' ? wait : undefined
}

/** The call's own entry: by the id that came with the answer, else the newest one of this caller and tool. */
const findRecord = async (
  control: Control,
  made: Made,
  reply: Reply | undefined,
): Promise<CallRow | undefined> => {
  const { plane, server, name, token } = made
  const call = reply && refusalOf(reply)?.call
  const rows = await control.ask('calls', { plane, agent: token.client, most: 50 })
  return rows.find(
    (row) =>
      (typeof call === 'string' ? row.call === call : row.server === server && row.name === name) &&
      row.at >= made.startedAt - clockSlackMs,
  )
}

/** The entry's time is of the same machine, taken a moment later; the clock may be set meanwhile. */
const clockSlackMs = 1000

const explainNow = async (
  control: Control,
  { plane, server, name, token }: Made,
): Promise<Explanation> =>
  await control.ask('can', { plane, client: token.client, server, kind: 'tool', name })

const isRefused = (record: CallRow | undefined, now: Explanation): boolean =>
  record ? record.decision !== 'permitted' : now.decision !== 'permitted'

/** A server that does not answer has told nothing of its tools. */
const findTrouble = async (
  control: Control,
  { plane, server }: Made,
  because: string,
): Promise<string | undefined> => {
  if (because !== 'no such capability') return undefined
  const { state, detail } = await control.ask('serverShow', { plane, server })
  return state === 'up' ? undefined : `${plane}/${server} is ${state}: ${detail}`
}

interface Told {
  readonly down: string | undefined
  readonly told: string
  readonly record: CallRow | undefined
  readonly now: Explanation
  readonly waitMs: number | undefined
}

const printRefusal = (terminal: Terminal, made: Made, about: Told): void => {
  const { record, now, told, down, waitMs } = about
  const because = record?.because ?? now.because
  const decision = record?.decision ?? now.decision
  const sentence = sentenceOf(made, decision, because, record?.station ?? 'permit')
  const remedy = now.decision === 'permitted' ? undefined : now.wouldChange
  if (terminal.json !== undefined) {
    const error = {
      code: decision,
      message: sentence,
      side: 'gateway',
      station: record?.station ?? 'permit',
      because,
      ...(down !== undefined && { detail: down }),
      told,
      ...(waitMs !== undefined && { retryAfterMs: waitMs }),
      ...(record && { ref: record.call }),
      ...(remedy !== undefined && { fix: remedy }),
    }
    terminal.warn(JSON.stringify({ error }))
    return
  }
  terminal.warn(`${terminal.paintTalk(terminal.glyph('no'), 'bad')} ${sentence}`)
  terminal.warn(`  The agent was told: ${readable(told).split('\n').join('\n  ')}`)
  if (down !== undefined) terminal.warn(`  ${oneLine(down)}`)
  if (record) printRecord(terminal, record)
  printRemedy(terminal, remedy, terminal.warn)
}

const printRecord = (terminal: Terminal, record: CallRow): void => {
  const strip = drawStrip(pathOf(record), { ascii: terminal.ascii, paint: terminal.paintTalk })
  terminal.warn(terminal.typed(`  ${strip}  bailiwick why ${record.call}`))
}

/** `Denied at Permit: planner@workplace-ai has no grant for ops/bank/transfer_create.` */
const sentenceOf = (made: Made, decision: string, because: string, station: string): string => {
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
  const what = oneLine(`${made.plane}/${made.server}/${made.name}`)
  return `${capital(decision)} at ${capital(station)}: ${reasonOf(made.token.client, what, because)}.`
}

const reasonOf = (client: string, what: string, because: string): string => {
  switch (because) {
    case 'no grant':
      return `no grant lets ${client} use ${what}`
    case 'grant ended':
      return `the grant that let ${client} use ${what} has ended`
    case 'no such capability':
      return `there is no ${what}`
    case 'no such server':
      return `there is no server behind ${what}`
    case 'unclassified':
      return `nobody has classified ${what}`
    case 'definition changed':
      return `the definition of ${what} changed, and its owner has not released it`
    default:
      return oneLine(because)
  }
}

/** The entry knows which fault it was; what the agent was told is coarser. */
const failed = (record: CallRow | undefined, reply: Reply): Fault => {
  const code = record?.outcome?.code
  const message = 'error' in reply ? reply.error.message : ''
  const fix = record && `bailiwick why ${record.call}`
  const known = code && Object.hasOwn(faults, code) ? (code as FaultCode) : codeOf(reply)
  return new Fault(known, {
    detail: `The agent was told: ${oneLine(message)}`,
    ...(fix && { fix }),
  })
}

const codeOf = (reply: Reply): FaultCode => {
  const code = 'error' in reply ? reply.error.code : 0
  const rows = Object.entries(faults) as [FaultCode, { rpc: number; status: number }][]
  const own = rows.filter(([, row]) => row.rpc === code && row.rpc > -32000)
  const exact = own.find(([, row]) => row.status === reply.status) ?? own[0]
  return exact?.[0] ?? 'upstream_broken'
}

const printOwnError = (
  terminal: Terminal,
  made: Made,
  { told, record, reply }: { told: string; record: CallRow; reply: Reply },
): void => {
  if (terminal.json !== undefined) {
    const error = {
      code: record.outcome?.status ?? 'tool error',
      message: told,
      side: 'upstream',
      ...('error' in reply ? { rpc: reply.error.code } : { result: reply.result }),
      ref: record.call,
    }
    terminal.warn(JSON.stringify({ error }))
    return
  }
  const what = oneLine(`${made.plane}/${made.server}/${made.name}`)
  terminal.warn(
    `${terminal.paintTalk(terminal.glyph('no'), 'bad')} The call was made, and ${what} answered with an error of its own.`,
  )
  for (const line of readable(told).split('\n')) terminal.warn(`  ${line}`)
  printRecord(terminal, record)
}
