/** A process with a child of a runner's and a grandchild, which prints who they are and waits for its end. */
import { systemClock, systemRandom } from '#lib/clock.ts'
import { silentLog } from '#lib/log.ts'
import { createUpstreams } from '#upstream/upstreams.ts'
import { callOf, exchange, ops, runner, serverAt } from './ground.ts'

const program = process.argv[2] ?? ''
const stubborn =
  "process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {}); setInterval(() => {}, 1e6)"
const upstreams = createUpstreams({
  runners: new Map([
    [
      'child',
      runner('child', [
        ...['--input-type=module', '-e'],
        `${stubborn}; await import(${JSON.stringify(program)})`,
      ]),
    ],
  ]),
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
})
await upstreams.follow(ops, [serverAt('child', { runner: 'child' })])
const child = upstreams.find(ops, 'child')
if (child === undefined) throw new Error('no child')
await child.ready
const tell = async (deed: string) => {
  const heard = await exchange(child, callOf(deed))
  const { content } = heard.last.result as { content: { text: string }[] }
  return JSON.parse(content[0]?.text ?? '') as never
}
const { pid } = (await tell('where')) as { pid: number }
process.stdout.write(`${JSON.stringify({ child: pid, grandchild: await tell('breed') })}\n`)
process.stdin.on('data', () => process.stdout.write('!\n'))
setInterval(() => {}, 1e6)
