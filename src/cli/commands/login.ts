import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { personPattern } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { type Api, createApi } from '../api.ts'
import { signInByBrowser } from '../browser-sign-in.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import { reachRunning } from '../control.ts'
import { keep } from '../kept.ts'
import { askLine, askSecret } from '../prompt.ts'
import { printJson } from '../terminal.ts'
import { dayAndTime, rfc3339 } from '../when.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { options, terminal, fields, io } = invocation
  const api = createApi(options.text('url') ?? (await originHere(invocation)), undefined)
  const signedIn = options.flag('browser')
    ? await byBrowser(invocation, api.origin)
    : await byPassword(invocation, api)
  const { person, shown = person, token, endsAt } = signedIn
  const file = keep(io, api.origin, { person, token, endsAt })
  const answer = { origin: api.origin, person, endsAt: rfc3339(endsAt), file }
  if (terminal.json) printJson(terminal, answer, fields)
  else {
    terminal.out(`Signed in to ${api.origin} as ${oneLine(shown)} until ${dayAndTime(endsAt)}.`)
    terminal.hint(`Next: bailiwick status --url ${api.origin}`)
  }
  return 0
}

interface SignedIn {
  readonly person: string
  /** As people read it, where that is something else. */
  readonly shown?: string
  readonly token: string
  readonly endsAt: number
}

const byBrowser = async ({ options, terminal }: Invocation, origin: string): Promise<SignedIn> => {
  const others = ['name', 'setupCodeFile'].some((one) => options.text(one) !== undefined)
  if (others || options.flag('passwordStdin'))
    throw new Fault('usage', {
      detail: 'With --browser the name and the password are typed there, if at all.',
      fix: 'bailiwick login --browser',
    })
  const token = await signInByBrowser(terminal, origin)
  const { person, token: about } = await createApi(origin, token).ask('GET', '/session')
  const shown = person.title === undefined ? person.name : `${person.title} (${person.name})`
  return { person: person.name, shown, token, endsAt: about.endsAt }
}

const byPassword = async (invocation: Invocation, api: Api): Promise<SignedIn> => {
  const { options, io } = invocation
  const code = (await isSetUp(api)) ? undefined : await readCode(invocation)
  const name = options.text('name') ?? (await askLine(io, 'Name: '))
  if (name === undefined || !personPattern.test(name))
    throw new Fault('usage', {
      detail: 'A person has a name of 1 to 100 of a-z, 0-9, and . _ @ -',
      fix: 'bailiwick login --name NAME',
    })
  const password = await readPassword(invocation, code !== undefined)
  const label = 'terminal'
  const session =
    code === undefined
      ? await api.ask('POST', '/session', { body: { name, password, label } })
      : await api.ask('POST', '/setup', { body: { code, name, password, label } })
  const { token, endsAt } = session
  if (token === undefined)
    throw new Fault('internal', { detail: 'a sign-in without a cookie answered no token' })
  return { person: name, token, endsAt }
}

const originHere = async ({ data }: Invocation): Promise<string> => {
  const running = await reachRunning(data)
  return (await running.ask('status', {})).origin
}

const isSetUp = async (api: Api): Promise<boolean> => !(await api.ask('GET', '/setup')).needed

const readCode = async ({ options, io, terminal }: Invocation): Promise<string> => {
  const file = options.text('setupCodeFile')
  if (file !== undefined) return readFileSync(file, 'utf8').trim()
  terminal.say('There is no administrator here yet: this makes the first one.')
  const code = await askLine(io, 'Setup code: ')
  if (code !== undefined) return code
  throw new Fault('usage', {
    detail: 'There is no administrator here yet, and nobody to ask for the setup code.',
    fix: 'bailiwick login --setup-code-file DATA/setup-code --name NAME --password-stdin',
  })
}

const readPassword = async ({ options, io }: Invocation, isNew: boolean): Promise<string> => {
  if (options.flag('passwordStdin')) return (await text(io.stdin)).replace(/\r?\n$/, '')
  const typed = (await askSecret(io, 'Password: '))?.toString('utf8')
  if (typed === undefined)
    throw new Fault('usage', {
      detail: 'A password comes from standard input or from a prompt, never as an argument.',
      fix: 'bailiwick login --name NAME --password-stdin < FILE',
    })
  if (!isNew) return typed
  const again = (await askSecret(io, 'Again: '))?.toString('utf8')
  if (again === typed) return typed
  throw new Fault('usage', { detail: 'The two are not the same.' })
}
