// npm run check: everything that can be said of the code without running the product, in under a minute.
// Steps run two at a time; what a step printed is shown when it failed. Last line: "N passed, N failed".
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

type Step = { sentence: string; command: readonly string[] }

const root = fileURLToPath(new URL('..', import.meta.url))
// What tsc has seen; a second check then reads only what changed.
const typesSeen = `${root}node_modules/.cache/types.tsbuildinfo`
const npmBin = (name: string) => `${root}node_modules/.bin/${name}`

const steps: readonly Step[] = [
  {
    sentence: 'Every type holds',
    command: [npmBin('tsc'), '--project', '.', '--incremental', '--tsBuildInfoFile', typesSeen],
  },
  {
    sentence: 'Every type of the console holds, and no text is missing in either language',
    command: [npmBin('tsc'), '--project', 'console'],
  },
  {
    sentence: 'Every file is formatted and free of lint',
    command: [
      npmBin('biome'),
      'check',
      '--error-on-warnings',
      '--diagnostic-level=warn',
      '--colors=off',
    ],
  },
  {
    sentence: 'Every import goes the way the layers allow',
    command: [npmBin('depcruise'), '--output-type', 'err-long', 'src', 'tools', 'bin', 'console'],
  },
  { sentence: 'Nothing lies about unused', command: [npmBin('knip'), '--no-progress'] },
  {
    sentence: 'Every pure function keeps its promises, and the repository is tidy',
    command: [`${root}tools/test.ts`, '--tier=pure'],
  },
]

const run = ({ sentence, command }: Step) =>
  new Promise<boolean>((done) => {
    const startedAt = performance.now()
    const child = spawn(process.execPath, command, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    child.on('close', (code) => {
      const spent = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(8)
      console.log(`${code === 0 ? '✓' : '✗'} ${spent}  ${sentence}`)
      if (code !== 0) console.log(output.trim().replaceAll(/^/gm, '    '))
      done(code === 0)
    })
  })

const waiting = steps.values()
const results: boolean[] = []
const lane = async () => {
  for (const step of waiting) results.push(await run(step))
}
await Promise.all([lane(), lane()])
const failed = results.filter((ok) => !ok).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
