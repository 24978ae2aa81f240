import { hash } from 'node:crypto'
import type { Capability } from '#domain/capability.ts'
import { serverName } from '#domain/name.ts'
import { canonicalJson, isObject, type JsonObject, readJson, spanOf, splice } from '#lib/json.ts'
import type { Decision, Permitted } from '#policy/policy.ts'
import type { Ask } from './exchange.ts'
import { answerLimits } from './forward.ts'

/**
 * The tools of a plane's endpoint that is searched instead of listed (`endpoint.search`): one that finds
 * tools, answering for its caller, and one that calls what was found, for hosts whose models can call
 * nothing but what is listed. Of the second nothing is left when the six steps begin: it is a call of
 * the tool that it names, decided, limited and recorded as such.
 */
const most = 20
export const usual = 5
const longestQuery = 500

const own = (name: string, definition: Readonly<Record<string, unknown>>): Capability => ({
  // No server's: a server's tools are called by its name here.
  server: serverName(''),
  kind: 'tool',
  name,
  fingerprint: hash('sha256', canonicalJson({ name, ...definition })),
  definition: { name, ...definition },
  state: 'pinned',
  classification: { class: 'read' },
})

const searchTools = own('search_tools', {
  title: 'Search tools',
  description:
    'Finds tools by words of what they do or are called. Answers with their definitions, best first; call one with call_tool.',
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', minLength: 1, maxLength: longestQuery },
      limit: { type: 'integer', minimum: 1, maximum: most, default: usual },
    },
    required: ['query'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: { tools: { type: 'array', items: { type: 'object' } } },
    required: ['tools'],
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
})

const callTool = own('call_tool', {
  title: 'Call a tool',
  description:
    'Calls a tool that search_tools found, by its name, with arguments that fit its inputSchema.',
  inputSchema: {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1 },
      arguments: { type: 'object', default: {} },
    },
    required: ['name'],
    additionalProperties: false,
  },
})

export const ownTools: readonly Capability[] = [callTool, searchTools]

/** What a call that names one of them is about; undefined for every other name. */
export const findOwn = (written: string): Capability | undefined =>
  ownTools.find(({ name }) => name === written)

/**
 * A call by `call_tool` as the call of the tool that it names, of the same bytes; every other one, and one
 * that names nothing, as it is.
 */
export const unfold = (ask: Ask): Ask => {
  const given = ask.params.arguments
  if (ask.method !== 'tools/call' || ask.params.name !== callTool.name || !isObject(given))
    return ask
  if (typeof given.name !== 'string' || problemOf(callTool, given) !== undefined) return ask
  const name = spanOf(ask.doc, 'params', 'name')
  const span = spanOf(ask.doc, 'params', 'arguments')
  const inner = spanOf(ask.doc, 'params', 'arguments', 'arguments')
  if (!name || !span) return ask
  const { bytes } = ask.doc
  const args = inner ? bytes.subarray(inner.start, inner.end) : '{}'
  const edits = [
    { span: name, text: JSON.stringify(given.name) },
    { span, text: args },
  ].sort((a, b) => a.span.start - b.span.start)
  const doc = readJson(splice(bytes, edits), answerLimits)
  const params = isObject(doc.value) && isObject(doc.value.params) ? doc.value.params : {}
  return { ...ask, doc, params, isUnfolded: true }
}

/** Whoever may call anything here may search; what it finds is what that caller may discover. */
export const decideOwn = (capability: Capability, args: unknown, decision: Decision): Decision => {
  if (!decision.permitted && decision.refusal.reason === 'suspended') return decision
  const met = { capability, args: isObject(args) ? args : undefined }
  // What `call_tool` names has taken its place, unless it names itself.
  const problem = problemOf(capability, args) ?? (capability === callTool ? itself : undefined)
  if (problem === undefined) return { permitted: true, ...met, ...free }
  const refusal = { reason: 'arguments', station: 'permit', problems: [problem] } as const
  return { permitted: false, ...met, refusal }
}

const itself = { at: 'name', message: 'must be the name of another tool' }

const free: Pick<Permitted, 'permission' | 'quotas' | 'own' | 'otherwise'> = {
  permission: { grant: '' },
  quotas: [],
  own: undefined,
  otherwise: undefined,
}

type Problem = { readonly at: string; readonly message: string }

const problemOf = (capability: Capability, args: unknown): Problem | undefined => {
  if (!isObject(args)) return { at: '', message: 'must be an object' }
  const names = capability === callTool ? ['name', 'arguments'] : ['query', 'limit']
  const other = Object.keys(args).find((key) => !names.includes(key))
  if (other !== undefined) return { at: '', message: `take ${names.join(' and ')} alone` }
  return capability === callTool ? callProblem(args) : searchProblem(args)
}

const callProblem = ({ name, arguments: inner = {} }: JsonObject): Problem | undefined => {
  if (typeof name !== 'string' || name === '')
    return { at: 'name', message: 'must be the name of a tool' }
  return isObject(inner) ? undefined : { at: 'arguments', message: 'must be an object' }
}

const searchProblem = ({ query, limit = usual }: JsonObject): Problem | undefined => {
  if (typeof query !== 'string' || query === '' || query.length > longestQuery)
    return { at: 'query', message: `must be a text of 1 to ${longestQuery} characters` }
  const isLimit = Number.isInteger(limit) && Number(limit) >= 1 && Number(limit) <= most
  return isLimit ? undefined : { at: 'limit', message: `must be a whole number of 1 to ${most}` }
}
