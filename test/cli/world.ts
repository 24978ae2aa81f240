import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import type { Composition } from '#cli/composition.ts'
import type { Io } from '#cli/io.ts'
import { run } from '#cli/program.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Surroundings {
  readonly env?: Record<string, string>
  readonly input?: string
  readonly isTTY?: boolean
  readonly columns?: number
  readonly composition?: () => Promise<Composition>
  /** Told what is written to standard error, as it is. */
  readonly said?: (text: string) => void
}

/** The terminal program within this process: for what needs no installation, or one of the test's own. */
export const runHere = async (argv: readonly string[], about: Surroundings = {}): Promise<Ran> => {
  const { env = {}, input = '', isTTY = false, columns } = about
  const written = { stdout: '', stderr: '' }
  const sheet = (name: 'stdout' | 'stderr') => ({
    isTTY,
    ...(columns !== undefined && { columns }),
    on: () => {},
    write(text: string | Uint8Array) {
      written[name] += Buffer.from(text as string).toString()
      if (name === 'stderr') about.said?.(Buffer.from(text as string).toString())
      return true
    },
  })
  const io: Io = {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: sheet('stdout'),
    stderr: sheet('stderr'),
    env,
    program: 'bailiwick',
    now: () => Date.UTC(2026, 10, 22, 11, 2, 14),
    onSignal: () => () => {},
  }
  const missing = async () => Promise.reject(new Error('this test has no composition'))
  const code = await run(argv, io, about.composition ?? missing)
  return { code, ...written }
}

export const makeFolder = async (t: TestContext, prefix = 'bailiwick-'): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), prefix))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
