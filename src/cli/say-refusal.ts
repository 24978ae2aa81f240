import type { JsonObject } from '#lib/json.ts'
import type { TokenAnswer } from '#manager/agents.ts'
import type { CallRow } from '#manager/asking.ts'
import { pathOf } from '#manager/call-path.ts'
import type { Explanation } from '#policy/policy.ts'
import { oneLine, readable } from './cells.ts'
import { printInTheWay } from './explanation.ts'
import { printRemedy } from './remedy.ts'
import { drawStrip } from './strip.ts'
import type { Terminal } from './terminal.ts'
import type { Reply } from './wire/talk.ts'

/** A call that this terminal made as one of the agents. */
export interface Made {
  readonly plane: string
  readonly server: string
  readonly name: string
  readonly args: JsonObject
  readonly token: TokenAnswer
  /** By the clock of this machine, before anything was sent. */
  readonly startedAt: number
}

/** Why a call was refused, as far as it is known here. */
export interface Told {
  /** What one command or document would change it, if any would. */
  readonly fix: string | undefined
  readonly down: string | undefined
  readonly told: string
  readonly record: CallRow | undefined
  readonly now: Explanation
  readonly waitMs: number | undefined
}

export const sayRefusal = (terminal: Terminal, made: Made, about: Told): void => {
  const { record, now, told, down, fix, waitMs } = about
  const because = record?.because ?? now.because
  const decision = record?.decision ?? now.decision
  const sentence = sentenceOf(made, decision, because, record?.station ?? 'permit')
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
      ...(fix !== undefined && { fix: terminal.typed(fix) }),
    }
    terminal.warn(JSON.stringify({ error }))
    return
  }
  terminal.warn(`${terminal.paintTalk(terminal.glyph('no'), 'bad')} ${sentence}`)
  terminal.warn(`  The agent was told: ${readable(told).split('\n').join('\n  ')}`)
  if (down !== undefined) terminal.warn(`  ${oneLine(down)}`)
  if (record) printRecord(terminal, record)
  printRemedy(terminal, fix, terminal.warn)
  printInTheWay(terminal, now, terminal.warn)
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

/** The capability was reached, and it is its own answer that is an error. */
export const sayOwnError = (
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
