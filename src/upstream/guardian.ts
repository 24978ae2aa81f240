/**
 * A process of its own that outlives the gateway by an instant. It is told on its input which
 * process groups are the gateway's children: `+123` and `-123`, a line each. When that input ends,
 * in whatever way the gateway ended, it kills the groups that are left, and ends too.
 */
const groups = new Set<number>()
let rest = ''

process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => {
  const lines = (rest + text).split('\n')
  rest = lines.pop() ?? ''
  for (const line of lines) {
    const group = Number(line.slice(1))
    // 0 and 1 would be ourselves and everybody.
    if (!Number.isSafeInteger(group) || group < 2) continue
    if (line.startsWith('+')) groups.add(group)
    else groups.delete(group)
  }
})
process.stdin.on('error', killAll)
process.stdin.on('end', killAll)

function killAll(): never {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL')
    } catch {
      // Gone already.
    }
  }
  process.exit(0)
}
