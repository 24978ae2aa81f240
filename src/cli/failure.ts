import { asFault, type Fault, type FaultCode } from '#lib/fault.ts'
import { readable } from './cells.ts'
import type { Terminal } from './terminal.ts'

/** On whose side it went wrong: the fault's code says it. */
const sideOf = (code: FaultCode): 'upstream' | 'gateway' | 'caller' => {
  if (code.startsWith('upstream_')) return 'upstream'
  return caller.has(code) ? 'caller' : 'gateway'
}
const caller: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'usage',
  'bad_documents',
  'bad_configuration',
  'unknown_name',
  'not_found',
])

/**
 * Says what went wrong on standard error: what, whose side and evidence, why, one fix that exists.
 * Answers the exit code. What was not foreseen says how to report it, and where it broke.
 */
export const printFailure = (terminal: Terminal, thrown: unknown): number => {
  const fault = asFault(thrown)
  if (terminal.json !== undefined) terminal.warn(JSON.stringify(failureJson(terminal, fault)))
  else for (const line of failureLines(terminal, fault)) terminal.warn(line)
  return fault.row.exit
}

const failureJson = (terminal: Terminal, fault: Fault): object => ({
  error: {
    code: fault.code,
    message: fault.message,
    side: sideOf(fault.code),
    http: fault.row.status,
    ...(fault.detail !== undefined && { detail: fault.detail }),
    ...('problems' in fault && { problems: fault.problems }),
    ...(fault.fix !== undefined && { fix: terminal.typed(fault.fix) }),
  },
})

const failureLines = (terminal: Terminal, fault: Fault): string[] => {
  const lines = [`${terminal.paintTalk(terminal.glyph('no'), 'bad')} ${fault.message}`]
  if (fault.detail) lines.push(...indent(readable(fault.detail)))
  if (fault.code === 'internal') lines.push(...reportLines(fault))
  if (fault.fix) lines.push(`  Fix:   ${terminal.typed(readable(fault.fix))}`)
  return lines
}

const indent = (text: string): string[] => text.split('\n').map((line) => `  ${line}`)

/** The system's own refusals (a full disk, a missing right) are told as they are; the rest is ours. */
const reportLines = ({ cause }: Fault): string[] => {
  if (!(cause instanceof Error)) return [`  ${typeof cause}`, `  ${bug}`]
  if ('errno' in cause) return indent(readable(cause.message))
  // A parser's message repeats what it read, and that may be a secret.
  const what = cause instanceof SyntaxError ? cause.name : `${cause.name}: ${cause.message}`
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [
    ...indent(readable(what)),
    ...frames.slice(0, 4).map((frame) => `  ${frame.trim()}`),
    `  ${bug}`,
  ]
}

const bug = 'This is a bug. Report it with these lines and the output of: bailiwick --version'
