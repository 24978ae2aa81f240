import { shown } from '#change/wording.ts'
import { didYouMean } from '#lib/nearest.ts'
import { type Callable, callables, functionNames } from './functions.ts'
import type { Expr } from './parse.ts'
import { problemOfPattern } from './patterns.ts'
import { Refused } from './problem.ts'
import { isDuration, isTimestamp, isZone } from './times.ts'
import { type Tree, writtenText } from './tree.ts'

type Call = Extract<Tree, { is: 'call' }>

interface Written {
  readonly name: string
  readonly at: number
  readonly target: Expr | undefined
  readonly args: readonly Expr[]
}

/** What the parser expands where it is written as it should be; what is still a call was not. */
const misused: Readonly<Record<string, string>> = {
  has: 'has(args.line), or "line" in args',
  exists: 'args.tags.exists(tag, tag == "a")',
  all: 'args.tags.all(tag, tag == "a")',
  exists_one: 'args.tags.exists_one(tag, tag == "a")',
  filter: 'args.tags.filter(tag, tag == "a")',
  map: 'args.tags.map(tag, tag + "-")',
}

/** An operator, or a function of the list: nothing else can be called. */
export const readCall = (
  { name, at, target, args }: Written,
  walk: (arg: Expr | undefined) => Tree,
): Call => {
  const callable = callables.get(name)
  if (!callable) throw unknownFunction(name, at)
  refuseForm(name, callable, at, target !== undefined)
  const read = (target ? [target, ...args] : args).map(walk)
  const isCounted =
    callable.form === 'operator' ||
    callable.overloads.some(({ takes }) => takes.length === read.length)
  if (!isCounted) throw new Refused(`${name} is written ${callable.usage}`, at)
  refuseLiteral(name, callable, read)
  return { is: 'call', at, name, callable, args: read }
}

const unknownFunction = (name: string, at: number): Refused => {
  const usage = misused[name]
  if (usage !== undefined) return new Refused(`${name} is written ${usage}`, at)
  const fix =
    didYouMean(name, [...functionNames, ...Object.keys(misused)]) ||
    `; there are ${[...Object.keys(misused), ...functionNames].join(', ')}`
  return new Refused(`there is no function ${shown(name)}${fix}`, at)
}

const refuseForm = (name: string, { form, usage }: Callable, at: number, isMethod: boolean) => {
  const isRight = form === 'either' || form === 'operator' || isMethod === (form === 'method')
  if (!isRight) throw new Refused(`${name} is written ${usage}`, at)
}

/** What would be made of the call's own arguments could cost anything: only what is written is taken. */
const refuseLiteral = (name: string, { literal }: Callable, args: readonly Tree[]): void => {
  const last = args.at(-1)
  if (!last) return
  const text = writtenText(last)
  if (literal === 'pattern') refuse(patternProblem(text), last.at)
  if (literal === 'zone' && args.length === 2) refuse(zoneProblem(text), last.at)
  if (name === 'timestamp' && text !== undefined && !isTimestamp(text))
    refuse('a time is written "2027-06-30T18:00:00Z"', last.at)
  if (name === 'duration' && text !== undefined && !isDuration(text))
    refuse('a duration is written "90s", "36h" or "1h30m"', last.at)
}

const refuse = (problem: string | undefined, at: number): void => {
  if (problem !== undefined) throw new Refused(problem, at)
}

const patternProblem = (text: string | undefined): string | undefined =>
  text === undefined
    ? 'the pattern of matches is a text in quotes, so that it can be looked at before any call'
    : problemOfPattern(text)

const zoneProblem = (text: string | undefined): string | undefined => {
  if (text === undefined) return 'a time zone is a text in quotes, like "Europe/Istanbul"'
  return isZone(text)
    ? undefined
    : 'there is no such time zone; write one like "Europe/Istanbul", "+03:00" or "UTC"'
}
