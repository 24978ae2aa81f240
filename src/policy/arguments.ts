import type { Capability } from '#domain/capability.ts'
import type { ArgumentProblem } from '#domain/decision.ts'
import { compileSchema, type Schema } from '#lib/json-schema/schema.ts'

type Check = (args: unknown) => readonly ArgumentProblem[] | undefined

/** Compiled once for each definition that is pinned, when it is first called. */
const checks = new WeakMap<Capability['definition'], Check>()

/**
 * What is wrong with arguments by the pinned definition; undefined where nothing is, or where they are
 * not known. What a schema leaves open is permitted here, and no bound of its own reaches the server.
 */
export const checkArguments = (
  { kind, definition }: Capability,
  args: unknown,
): readonly ArgumentProblem[] | undefined => {
  if (args === undefined || kind === 'resource' || kind === 'template') return undefined
  let check = checks.get(definition)
  if (!check) {
    check = kind === 'prompt' ? byNames(definition.arguments) : bySchema(definition.inputSchema)
    checks.set(definition, check)
  }
  return check(args)
}

const bySchema = (written: unknown): Check => {
  const schema = compileSchema(written ?? { type: 'object' })
  return 'problem' in schema ? () => [unjudged] : (args) => problemsOf(schema, args)
}

const problemsOf = (schema: Schema, args: unknown): ReturnType<Check> => {
  // Whatever else a schema takes: MCP, server/tools §Calling Tools, arguments are an object.
  if (!isObject(args)) return [notAnObject]
  const answer = schema.validate(args)
  if (answer.valid) return undefined
  return answer.valid === false ? answer.problems : [unbounded]
}

const notAnObject = { at: '', message: 'must be an object' }
/** A schema that cannot be followed permits nothing: what it would have refused is not known. */
const unjudged = {
  at: '',
  message: 'cannot be checked: the definition has no schema that can be followed',
}
const unbounded = {
  at: '',
  message: 'are too large or too deep to be checked against their schema',
}

interface PromptArgument {
  readonly name: string
  readonly required: boolean
}

/** MCP, server/prompts §Data Types: names, each of them text; whether it must be there. */
const byNames = (written: unknown): Check => {
  const declared = Array.isArray(written) ? written.flatMap(readPromptArgument) : []
  const names = new Set(declared.map(({ name }) => name))
  const needed = declared.filter(({ required }) => required)
  return (args) => {
    if (!isObject(args)) return [notAnObject]
    const problems = [
      ...needed
        .filter(({ name }) => !Object.hasOwn(args, name))
        .map(({ name }) => ({ at: pointer(name), message: 'is missing' })),
      ...Object.entries(args).flatMap(([name, value]): ArgumentProblem[] => {
        if (!names.has(name))
          return [{ at: pointer(name), message: 'is no argument of this prompt' }]
        return typeof value === 'string' ? [] : [{ at: pointer(name), message: 'must be a string' }]
      }),
    ]
    return problems.length > 0 ? problems.slice(0, mostProblems) : undefined
  }
}

const mostProblems = 8

const readPromptArgument = (written: unknown): PromptArgument[] => {
  if (!isObject(written) || typeof written.name !== 'string') return []
  return [{ name: written.name, required: written.required === true }]
}

const pointer = (name: string): string =>
  `/${name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
