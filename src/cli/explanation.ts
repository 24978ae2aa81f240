import type { Explanation } from '#policy/policy.ts'
import { oneLine, readable } from './cells.ts'
import type { Shape } from './glyphs.ts'
import type { Terminal } from './terminal.ts'

const signs: Readonly<Record<Explanation['decision'], Shape>> = {
  permitted: 'passed',
  denied: 'denied',
  held: 'held',
  depends: 'unknown',
}

export const signOf = (terminal: Terminal, decision: Explanation['decision']): string => {
  const colour = decision === 'permitted' ? 'good' : decision === 'denied' ? 'bad' : 'wait'
  return terminal.paint(terminal.glyph(signs[decision]), colour)
}

/** What was considered, and how each of it stands. */
export const printConsidered = (terminal: Terminal, about: Explanation): void => {
  const rows = [
    ['because', about.because],
    ...about.considered.map(({ grant, verdict }) => ['grant', `${grant}: ${verdict}`]),
    ...about.rules.map(({ rule, verdict }) => ['rule', `${rule}: ${verdict}`]),
    ...about.quotas.map((quota) => ['quota', quota]),
    ...(about.fallback === undefined ? [] : [['instead', `${about.fallback} may be called`]]),
  ]
  for (const [what = '', says = ''] of rows) terminal.out(`  ${what.padEnd(7)}  ${oneLine(says)}`)
}

/** Whose document would have to say something else, where nothing changes the answer by itself. */
export const printInTheWay = (
  terminal: Terminal,
  { inTheWay, considered }: Pick<Explanation, 'inTheWay' | 'considered'>,
  print: (line: string) => void = terminal.out,
): void => {
  if (!inTheWay) return
  const { kind, name, document } = inTheWay
  if (kind === 'Grant') {
    const verdict = considered.find(({ grant }) => grant === name)?.verdict ?? ''
    print(`  Grant ${name}: ${oneLine(verdict)}`)
    return
  }
  print(`  Rule ${name} is in the way, and no grant overrides it. It says:`)
  print('')
  for (const line of readable(document).trimEnd().split('\n')) print(`    ${line}`)
}

/** Every field stands, with null where there is nothing to say. */
export const explanationJson = (about: Explanation): object => ({
  ...about,
  fallback: about.fallback ?? null,
  wouldChange: about.wouldChange ?? null,
  inTheWay: about.inTheWay ?? null,
})
