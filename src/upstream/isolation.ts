import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { Fault } from '#lib/fault.ts'
import type { Runner } from './upstream.ts'

/** How a child is started, and how it is kept apart from us, in words for `status`. */
export interface Launch {
  readonly file: string
  readonly arguments: readonly string[]
  /** The whole environment of the process that is spawned. */
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** What the wrapper reads on descriptor 3, so that it stands neither in its arguments nor in its environment. */
  readonly whispered: Buffer | undefined
  readonly isolation: string
}

/** What this machine has to keep children apart with. */
export interface Fences {
  /** util-linux' setpriv, where it knows --pdeathsig. */
  readonly setpriv: string | undefined
  /** bubblewrap, where it works here. */
  readonly bwrap: string | undefined
  readonly isRoot: boolean
}

/** Everything that a child may find programs in; ours says nothing about it. */
const PATH = '/usr/local/bin:/usr/bin:/bin'

export async function findFences(): Promise<Fences> {
  const [setpriv, bwrap] = await Promise.all([
    firstThatWorks(['/usr/bin/setpriv', '/bin/setpriv'], [...SETPRIV, '/bin/true']),
    firstThatWorks(['/usr/bin/bwrap', '/usr/local/bin/bwrap'], [...BWRAP, '/bin/true']),
  ])
  return { setpriv, bwrap, isRoot: process.getuid?.() === 0 }
}

/** The signal comes from the kernel when we are gone; and no set-uid program raises what the child may do. */
const SETPRIV = ['--pdeathsig', 'KILL', '--no-new-privs']

/**
 * Everything to read and nothing to write, its own processes alone in /proc, a /tmp of its own, and
 * the same network: servers are there to reach other systems.
 */
const BWRAP = [
  ...['--die-with-parent', '--new-session', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
  ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
]

/**
 * Rejects with Fault('bad_configuration') where the user does not exist or the program cannot be
 * run: never with more rights than the runner says.
 */
export async function planLaunch(
  runner: Runner,
  lent: Readonly<Record<string, string>>,
  fences: Fences,
  hidden: readonly string[],
): Promise<Launch> {
  await access(runner.command, constants.X_OK).catch((cause: unknown) => {
    throw unusable(`${runner.command} of the runner ${runner.name} cannot be run`, cause)
  })
  const environment = { PATH, ...runner.environment, ...lent }
  const user = runner.user === undefined ? undefined : await userOf(runner.user, fences)
  if (user?.uid !== undefined || runner.sandbox === undefined || fences.bwrap === undefined) {
    const isolation = user?.isolation ?? sameUser(runner, fences)
    return { ...plain(runner, fences), environment, uid: user?.uid, gid: user?.gid, isolation }
  }
  return wrapped(runner, environment, fences.bwrap, hidden)
}

function plain(runner: Runner, { setpriv }: Fences) {
  const own = [runner.command, ...runner.arguments]
  const [file = '', ...rest] = setpriv === undefined ? own : [setpriv, ...SETPRIV, '--', ...own]
  return { file, arguments: rest, folder: runner.folder ?? '/', whispered: undefined }
}

/** The environment goes through a pipe: what bubblewrap itself is started with holds no secret. */
function wrapped(
  runner: Runner,
  environment: Readonly<Record<string, string>>,
  bwrap: string,
  hidden: readonly string[],
): Launch {
  const options = [
    '--clearenv',
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ]
  // The program itself is seen wherever it lies, under the /tmp that is hidden too.
  const program = ['--ro-bind', runner.command, runner.command]
  const folder = runner.folder === undefined ? [] : ['--bind', runner.folder, runner.folder]
  const place = ['--chdir', runner.folder ?? '/']
  // Last, so that it is hidden even where it lies in the runner's folder, or is it.
  const hide = hidden.flatMap((path) => ['--tmpfs', path])
  return {
    file: bwrap,
    arguments: [
      ...BWRAP,
      ...program,
      ...folder,
      ...hide,
      ...place,
      ...['--args', '3', '--', runner.command, ...runner.arguments],
    ],
    environment: {},
    folder: '/',
    uid: undefined,
    gid: undefined,
    whispered: Buffer.from(options.map((one) => `${one}\0`).join('')),
    isolation: 'bubblewrap',
  }
}

interface User {
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly isolation: string
}

/** Undefined ids: it is who we are, or who we cannot become. */
async function userOf(name: string, { isRoot }: Fences): Promise<User | undefined> {
  if (!isRoot) {
    if (userInfo().username !== name) return undefined
    return { uid: undefined, gid: undefined, isolation: `same user (${name})` }
  }
  const passwd = await readFile('/etc/passwd', 'utf8')
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([first]) => first === name)
  const [, , uid, gid] = fields ?? []
  if (uid === undefined || gid === undefined) throw unusable(`there is no user ${name}`, undefined)
  return { uid: Number(uid), gid: Number(gid), isolation: `user ${name}` }
}

function sameUser(runner: Runner, { isRoot }: Fences): string {
  const why: string[] = []
  if (runner.user !== undefined) why.push(`becoming ${runner.user} needs root`)
  if (runner.sandbox !== undefined) why.push('bubblewrap does not work here')
  if (isRoot) why.push('root')
  return why.length === 0 ? 'same user' : `same user (${why.join('; ')})`
}

function unusable(detail: string, cause: unknown): Fault {
  return new Fault('bad_configuration', { detail, cause })
}

async function firstThatWorks(
  files: readonly string[],
  trial: readonly string[],
): Promise<string | undefined> {
  for (const file of files) if (await works(file, trial)) return file
  return undefined
}

function works(file: string, trial: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(file, [...trial], { env: {}, timeout: 5000 }, (error) => resolve(error === null))
  })
}
