import type { CapabilityRow } from '#manager/capabilities.ts'
import { oneLine } from '../cells.ts'
import type { Ink } from '../glyphs.ts'
import type { Terminal } from '../terminal.ts'

const inks: Readonly<Record<'serious' | 'warning', Ink>> = { serious: 'bad', warning: 'limit' }
const mostShown = 10

/** What was found in a definition, for whoever decides about it; it decides nothing. */
export const printFindings = (terminal: Terminal, { name, findings }: CapabilityRow): void => {
  const shown = findings.filter(({ severity }) => severity !== 'info').slice(0, mostShown)
  for (const { severity, says, at, excerpt } of shown) {
    if (severity === 'info') continue
    const what = excerpt === '' ? says : `${says}: ${excerpt}`
    const word = terminal.paint(severity, inks[severity])
    terminal.out(`${word}  ${oneLine(name)}${oneLine(at)} ${oneLine(what)}`)
  }
}
