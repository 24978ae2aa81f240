import type { Station } from '#domain/decision.ts'
import type { Entry, Intent, Outcome, Refused } from '#domain/entry.ts'
import { pathOf } from '#manager/call-path.ts'
import type { ThenAnswer, WhyAnswer } from '#manager/calls.ts'
import type { RecordedAnswer, SideAnswer } from '#manager/recorded.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import { explanationJson, printConsidered, printInTheWay } from '../explanation.ts'
import { printRemedy } from '../remedy.ts'
import { capabilityOf, drawStrip, tellIndexed, tellResult } from '../strip.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { dayAndTime, grouped, rfc3339 } from '../when.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  // An id as a table shows it, cut, is taken as well.
  const call = (args[0] ?? '').replace(/[…~]$/, '')
  const asked = { plane: options.text('plane'), call, atItsTime: options.flag('then') }
  const answer = await (await control()).ask('why', asked)
  const recorded = options.flag('recorded') ? await readRecorded(invocation, answer) : undefined
  if (terminal.json) printJson(terminal, { ...toJson(answer), recorded: recorded ?? null }, fields)
  else {
    print(terminal, answer)
    if (recorded) printRecorded(terminal, recorded)
  }
  return 0
}

const readRecorded = async (
  { options, control }: Invocation,
  { plane, record }: WhyAnswer,
): Promise<RecordedAnswer> =>
  (await control()).ask('recorded', { plane, call: record.call, reason: options.text('reason') })

const printRecorded = (terminal: Terminal, recorded: RecordedAnswer): void => {
  for (const side of ['arguments', 'result'] as const) {
    terminal.out('')
    terminal.out(terminal.paint(side === 'arguments' ? 'Arguments' : 'Result', 'strong'))
    terminal.out(`  ${tellSide(recorded[side])}`)
  }
}

/** One line, whatever it holds: it came from a stranger, and this is a terminal. */
const tellSide = ({ state, text, base64 }: SideAnswer): string => {
  if (state === 'whole') return text === undefined ? `${base64} (base64)` : oneLine(text)
  return sideWords[state]
}
const sideWords = {
  none: 'nothing is recorded',
  digest: 'a digest alone is recorded: --json tells what proves the text',
  erased: 'erased: its key was destroyed',
  pruned: 'let go of: it was older than the plane keeps it',
  altered: 'ALTERED: it is not what the entry says',
} as const

const toJson = ({ plane, record, entries, now, atItsTime }: WhyAnswer): object => ({
  plane,
  call: record.call,
  at: rfc3339(record.at),
  record: { ...record, at: rfc3339(record.at), user: record.user ?? null },
  path: pathOf(record),
  entries: entries.map(({ position, entry }) => ({
    position,
    entry: { ...entry, at: rfc3339(entry.at) },
  })),
  now: now ? explanationJson(now) : null,
  atItsTime: atItsTime ? explanationJson(atItsTime) : null,
})

const print = (terminal: Terminal, answer: WhyAnswer): void => {
  const { record, plane, now, atItsTime } = answer
  terminal.out(`${terminal.paint(record.call, 'strong')}  ${dayAndTime(record.at)}`)
  const what = `${capabilityOf(record)} ${tellIndexed(record)}`.trimEnd()
  terminal.out(`${callerOf(record)} ${record.method} ${plane}/${oneLine(what)}`)
  terminal.out('')
  for (const { station, state } of pathOf(record)) {
    const strip = drawStrip([{ station, state }], terminal)
    const fact = oneLine(factAt(station, answer))
    terminal.out(`  ${station.padEnd(12)}  ${strip}  ${fact}`.trimEnd())
  }
  terminal.out('')
  terminal.out(`Result  ${oneLine(tellResult(record))}`)
  if (atItsTime) printThen(terminal, atItsTime)
  if (!now) return
  const same = now.decision === record.decision && now.decision !== 'permitted'
  terminal.out(`Now     ${same ? 'the same' : now.decision}: ${oneLine(now.because)}`)
  printRemedy(terminal, now.wouldChange)
  printInTheWay(terminal, now)
}

/** By the policy of its time: which grants and rules there were, and how each of them stood. */
const printThen = (terminal: Terminal, then: ThenAnswer): void => {
  terminal.out(`Then    ${then.decision}, by revision ${then.revision}`)
  printConsidered(terminal, then)
}

const callerOf = ({ agent, consumer, user }: WhyAnswer['record']): string =>
  `${agent}@${consumer}${user === undefined ? '' : ` for ${oneLine(user)}`}`

/** Under each station its fact, from the entries. */
const factAt = (station: Station, { record, entries }: WhyAnswer): string => {
  const intent = find<Intent>(entries, 'call.intent')
  const outcome = find<Outcome>(entries, 'call.outcome')
  const stopped = record.decision !== 'permitted' && record.station === station
  if (stopped) return `${record.decision}: ${record.because}`
  switch (station) {
    case 'authenticate':
      return callerOf(record) + provedBy(entries)
    case 'permit':
      return intent ? `grant ${intent.grant}, revision ${intent.revision}` : ''
    case 'limit':
      return intent && intent.quotas.length > 0 ? `counted in ${intent.quotas.join(', ')}` : ''
    case 'credential':
      return intent?.credential ?? ''
    case 'forward':
      return outcome ? forwardFact(outcome) : ''
    case 'record':
      return entries.map(({ position, entry }) => `#${grouped(position)} ${entry.type}`).join(', ')
  }
}

/** The API key that it came by; a token is named in no entry of a call. */
const provedBy = (entries: WhyAnswer['entries']): string => {
  const said = find<Intent>(entries, 'call.intent') ?? find<Refused>(entries, 'call.refused')
  const apiKey = said?.apiKey
  return apiKey === undefined ? '' : ` by API key ${apiKey}`
}

const forwardFact = ({ status, code, ms, resultBytes }: Outcome): string =>
  `${status}${code ? ` (${code})` : ''}, ${grouped(Math.round(ms))} ms, ${grouped(resultBytes)} bytes`

const find = <E extends Entry>(entries: WhyAnswer['entries'], type: E['type']): E | undefined =>
  entries.find(({ entry }) => entry.type === type)?.entry as E | undefined
