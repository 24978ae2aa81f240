import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, send } from '../manager/world.ts'
import type { Gateway } from '../peers/gateway.ts'
import { type Finished, pathOf, runProgram } from '../peers/program.ts'

/** Somebody with an account, signed in over the API and at a terminal of their own. */
export type Person = {
  ask(method: string, path: string, body?: object): Promise<Answer>
  /** One command of the terminal program, from elsewhere. */
  terminal(...words: string[]): Promise<Finished>
}

export type People = {
  /** The first administrator, made with the setup code. */
  readonly root: Person
  /** An account without any right but what the documents give that name. */
  hire(name: string): Promise<Person>
  leave(): Promise<void>
}

const password = 'correct horse battery'
const main = pathOf('src/main.ts')

export async function openOffice(gateway: Gateway): Promise<People> {
  const { origin, data } = gateway
  const homes: string[] = []
  const url = (path: string) => new URL(`${origin}/api/v1${path}`)

  const admit = async (name: string, ...how: string[]): Promise<Person> => {
    const home = await mkdtemp(join(tmpdir(), 'home-'))
    homes.push(home)
    const terminal = (words: readonly string[], input?: string) =>
      runProgram([main, ...words, '--url', origin], {
        env: { HOME: home },
        ...(input !== undefined && { input }),
      })
    const login = await terminal(['login', '--name', name, '--password-stdin', ...how], password)
    if (login.code !== 0) throw new Error(`login: ${login.stderr}`)
    const kept = await readFile(join(home, '.config', 'bailiwick', 'sessions.json'), 'utf8')
    const { token } = JSON.parse(kept)[origin]
    return {
      ask: (method, path, body) => send(url(path), method, { token, ...(body && { body }) }),
      terminal: (...words) => terminal(words),
    }
  }

  const root = await admit('root', '--setup-code-file', join(data, 'setup-code'))
  return {
    root,
    async hire(name) {
      const account = { administrator: false, password }
      const made = await root.ask('PUT', `/people/${name}`, account)
      if (made.status !== 201) throw new Error(`no account: ${made.text}`)
      return admit(name)
    },
    async leave() {
      for (const home of homes) await rm(home, { recursive: true, force: true })
    },
  }
}
