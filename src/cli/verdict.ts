import type { Findings } from '#ledger/verify/findings.ts'
import type { LedgerKey } from '#ledger/verify/keys.ts'
import type { LedgerVerdict } from '#ledger/verify/ledger.ts'
import type { NoteKey } from '#lib/signed-note.ts'
import { oneLine } from './cells.ts'
import type { Io } from './io.ts'
import { printJson, type Terminal } from './terminal.ts'
import { grouped, rfc3339 } from './when.ts'

/** What was verified, and what came of it. */
export interface Judged {
  /** A plane, or a folder. */
  readonly what: string
  readonly origin: string
  readonly findings: Findings
  readonly keys: readonly LedgerKey[]
  readonly ledger: LedgerVerdict | undefined
  readonly trusted: NoteKey | undefined
  readonly entries: number
  readonly checkpoints: number
  readonly waiting: number
}

/** Something was not as it must be: see `bailiwick help exit-codes`. */
const checkSaidNo = 3

export const tellVerdicts = (
  terminal: Terminal,
  verdicts: readonly Judged[],
  fields: readonly string[],
): number => {
  if (terminal.json) printJson(terminal, verdicts.map(toJson), fields)
  else for (const one of verdicts) tell(terminal, one)
  return verdicts.every(({ findings }) => findings.count === 0) ? 0 : checkSaidNo
}

const toJson = (one: Judged) => ({
  what: one.what,
  ok: one.findings.count === 0,
  origin: one.origin,
  entries: one.ledger?.entries ?? 0,
  checkpoints: one.ledger?.checkpoints ?? 0,
  keys: one.keys.map(fingerprint),
  signedAt: one.ledger?.last ? rfc3339(one.ledger.last.seconds * 1000) : null,
  failures: one.findings.list,
  failureCount: one.findings.count,
})

const tell = (terminal: Terminal, one: Judged): void => {
  const { findings, ledger, waiting } = one
  const mark =
    findings.count === 0
      ? terminal.paint(terminal.glyph('passed'), 'good')
      : terminal.paint(terminal.glyph('no'), 'bad')
  terminal.out(`${mark} ${oneLine(one.what)}  ${oneLine(one.origin)}`)
  for (const { where, says } of findings.list)
    terminal.out(`  FAILED       ${oneLine(where)}: ${oneLine(says)}`)
  if (findings.count > findings.list.length)
    terminal.out(`  and ${grouped(findings.count - findings.list.length)} more`)
  terminal.out(
    `  Entries      ${grouped(ledger?.entries ?? 0)} of ${grouped(one.entries)} looked at`,
  )
  terminal.out(
    `  Checkpoints  ${grouped(ledger?.checkpoints ?? 0)} of ${grouped(one.checkpoints)} looked at`,
  )
  if (ledger?.first && ledger.last)
    terminal.out(`  Signed       ${at(ledger.first.seconds)} … ${at(ledger.last.seconds)}`)
  for (const key of one.keys) terminal.out(`  Key          ${fingerprint(key)}`)
  if (waiting > 0) terminal.out(`  Waiting      ${grouped(waiting)} entries, written a moment ago`)
  if (one.trusted === undefined && findings.count === 0)
    terminal.hint('Compare the key with the one that you were given, or name that with --key.')
  terminal.out(findings.count === 0 ? '  OK' : `  ${grouped(findings.count)} failures`)
}

const at = (seconds: number): string => rfc3339(seconds * 1000)

const fingerprint = ({ plain }: LedgerKey): string => Buffer.from(plain.publicKey).toString('hex')

/** Nothing for what takes a moment; then a line for each tenth. */
export const toldProgress = (terminal: Terminal, io: Io, what: string) => {
  const startedAt = io.now()
  let told = 0
  return (done: number, of: number): void => {
    const tenth = Math.floor((done / Math.max(1, of)) * 10)
    const spentMs = io.now() - startedAt
    if (tenth <= told || spentMs < 1000) return
    told = tenth
    const perSecond = grouped(Math.round((done / spentMs) * 1000))
    terminal.say(`Verifying ${what}  ${grouped(done)} / ${grouped(of)}  ${perSecond}/s`)
  }
}
