import { text as readAll } from 'node:stream/consumers'
import { type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import { Fault } from '#lib/fault.ts'
import { parseJson } from '#lib/json.ts'
import type { CanAnswer, Trying } from '#manager/can.ts'
import { readObject } from '#mcp/typed.ts'
import { oneLine } from '../cells.ts'
import { type Invocation, type Options, readTarget } from '../command.ts'
import { readDraft } from '../draft.ts'
import { explanationJson, printConsidered, printInTheWay, signOf } from '../explanation.ts'
import { printRemedy } from '../remedy.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { dayAndTime, rfc3339 } from '../when.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  const [client = '', target = ''] = args
  const draft = await readDraft(invocation)
  const asked = {
    ...readTarget(target, options),
    client,
    kind: readKind(options),
    ...(await readGiven(invocation)),
    claims: readClaims(options),
    scopes: options.list('scope').length > 0 ? [...options.list('scope')] : undefined,
    user: options.text('user'),
    at: options.text('at'),
    revision: readRevision(options),
    ...(draft && { draft }),
  }
  const answer = await (await control()).ask('can', asked)
  if (terminal.json) printJson(terminal, toJson(answer), fields)
  else print(terminal, answer)
  return answer.decision === 'permitted' ? 0 : 3
}

export const readKind = (options: Options): CapabilityKind => {
  const written = options.text('kind') ?? 'tool'
  const kind = capabilityKinds.find((one) => one === written)
  if (kind) return kind
  throw new Fault('usage', { detail: `--kind takes ${capabilityKinds.join(', ')}.` })
}

/** Without any, what depends on arguments is told as such: `--args {}` is none at all. */
const readGiven = async ({
  args,
  options,
  io,
}: Invocation): Promise<{ args?: Record<string, unknown>; typed?: string[] }> => {
  const typed = args.slice(2)
  const written = options.text('args')
  if (written === undefined) return typed.length > 0 ? { typed } : {}
  if (typed.length > 0)
    throw new Fault('usage', { detail: 'Give the arguments as key=value or by --args, not both.' })
  return { args: readObject(written === '-' ? await readAll(io.stdin) : written) }
}

/** `line=4` is text; `limit:=10` is JSON. */
const readClaims = (options: Options): Trying['claims'] => {
  const words = options.list('claim')
  if (words.length === 0) return undefined
  const claims = words.map((word) => {
    const [, name, sign, value = ''] = /^([^=:]+)(:?=)(.*)$/s.exec(word) ?? []
    if (name === undefined)
      throw new Fault('usage', { detail: `"${word.slice(0, 40)}" is not NAME=TEXT or NAME:=JSON.` })
    return [name, sign === '=' ? value : readClaim(name, value)] as const
  })
  return Object.fromEntries(claims)
}

type Claim = NonNullable<Trying['claims']>[string]
const readClaim = (name: string, written: string): Claim => {
  try {
    return parseJson(written) as Claim
  } catch {
    throw new Fault('usage', { detail: `What stands after ${name}:= is no JSON.` })
  }
}

const readRevision = (options: Options): number | undefined =>
  options.text('revision') === undefined
    ? undefined
    : options.count('revision', { least: 1, most: 999_999_999, otherwise: 1 })

const toJson = (answer: CanAnswer): object => ({
  ...answer,
  ...explanationJson(answer),
  at: rfc3339(answer.at),
})

const verbs: Readonly<Record<CanAnswer['decision'], string>> = {
  permitted: 'may use',
  denied: 'may not use',
  held: 'may not use',
  depends: 'may or may not use',
}

const print = (terminal: Terminal, answer: CanAnswer): void => {
  const { decision, client, as } = answer
  const what = oneLine(`${answer.plane}/${answer.server}/${answer.name}`)
  terminal.out(`${signOf(terminal, decision)} ${decision}: ${client} ${verbs[decision]} ${what}`)
  if (as !== 'now') terminal.out(`  by       ${byWhat(answer)}`)
  printConsidered(terminal, answer)
  printRemedy(terminal, answer.wouldChange)
  // How each grant stands has been said.
  if (answer.inTheWay?.kind === 'Rule') printInTheWay(terminal, answer)
  if (decision === 'depends')
    terminal.hint('Say what it is called with: key=value …, or --args, which takes {} for nothing.')
}

const byWhat = ({ as, revision, at }: CanAnswer): string =>
  as === 'draft'
    ? `the draft, made on revision ${revision}`
    : `revision ${revision}, at ${dayAndTime(at)}`
