import type { Terminal } from './terminal.ts'

/** What would change a refusal: a command on one line, several to choose from, or a document to paste into `apply`. */
export const printRemedy = (
  terminal: Terminal,
  remedy: string | undefined,
  print: (line: string) => void = terminal.out,
): void => {
  if (remedy === undefined) return
  const lines = remedy.trimEnd().split('\n')
  if (lines.length === 1) {
    print(`  Fix:   ${terminal.typed(lines[0] ?? '')}`)
    return
  }
  if (lines.every((line) => line.startsWith('bailiwick '))) {
    print('  Fix:   one of')
    for (const line of lines) print(`         ${terminal.typed(line)}`)
    return
  }
  const name = /^name: (.+)$/m.exec(remedy)?.[1] ?? 'NAME'
  print('  Fix:   apply this, with a reason of yours:')
  print('')
  print(terminal.typed(`bailiwick apply --set ${name} -f - <<'END'`))
  for (const line of lines) print(line)
  print('END')
}
