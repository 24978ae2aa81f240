/**
 * What a process of its own does that outlives the gateway by an instant: it is told on its input
 * which process groups are the gateway's children, `+123` and `-123`, a line each. When that input
 * ends, in whatever way the gateway ended, it kills the groups that are left, and ends too.
 *
 * It runs from its own text (`guard.ts`), so it may use nothing but Node's globals.
 */
export function guardian(): void {
  const groups = new Set<number>()
  let rest = ''

  const read = (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const group = Number(line.slice(1))
      // 0 and 1 would be ourselves and everybody.
      if (!Number.isSafeInteger(group) || group < 2) continue
      if (line.startsWith('+')) groups.add(group)
      else groups.delete(group)
    }
  }
  const killAll = () => {
    for (const group of groups) {
      try {
        process.kill(-group, 'SIGKILL')
      } catch {
        // Gone already.
      }
    }
    process.exit(0)
  }
  process.stdin.setEncoding('utf8').on('data', read).on('error', killAll).on('end', killAll)
}
