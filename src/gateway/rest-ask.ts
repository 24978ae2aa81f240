import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { JsonLimits, JsonObject } from '#lib/json.ts'
import type { ArgumentProblem } from '#rest/argument.ts'
import { readBody } from '#rest/body.ts'
import { type Match, match } from '#rest/match.ts'
import type { Operation } from '#rest/operation.ts'
import type { Api } from '#upstream/api.ts'
import { type Exchange, header, type RestAsk } from './exchange.ts'

/** Names a variant of the operation that the request is for. */
const VARIANT = 'bailiwick-operation'

/** What would be done without them is more than was asked for (RFC 9110 §13.1). */
const PRECONDITIONS = ['if-match', 'if-unmodified-since']

/** Before the body is read: what is compressed could be anything, and of any size. */
export const checkEncoding = (exchange: Exchange): void => {
  const encoding = header(exchange, 'content-encoding')
  if (encoding !== undefined && encoding !== 'identity') throw new Fault('bad_media_type')
}

/** Where the API begins, as its callers write it. Throws Fault not_found where it is written otherwise. */
const belowApi = ({ plane, server, request }: Exchange): string => {
  const url = request.url ?? ''
  const prefix = `/rest/${plane satisfies PlaneId}/${server}`
  const below = url.slice(prefix.length)
  if (!url.startsWith(prefix) || (below !== '' && !/^[/?]/.test(below)))
    throw new Fault('not_found')
  return below.startsWith('/') ? below : `/${below}`
}

/**
 * What a request to an API asks for. What is no operation gets a name that no operation has, and goes
 * the way of all calls: nobody learns whether there is one that is not for him.
 */
export const readRest = (about: {
  exchange: Exchange
  api: Api | undefined
  body: Buffer
  limits: JsonLimits
}): RestAsk => {
  const { exchange, api, limits } = about
  const { method = '', rawHeaders } = exchange.request
  const target = belowApi(exchange)
  const request = { method, target, rawHeaders }
  const found: Match = api ? match(api.routes, request) : { because: 'there is no such API' }
  const { operation } = found
  const ask = { era: 'rest', method, session: undefined } as const
  if (!operation) {
    const [path = ''] = target.split('?', 1)
    const none = { matched: undefined, args: undefined, problem: undefined }
    return { ...ask, ...none, name: `${method} ${path}` }
  }
  const named = { matched: operation.name, name: header(exchange, VARIANT) ?? operation.name }
  const read = argumentsOf(found, operation, exchange, about.body, limits)
  return 'problem' in read
    ? { ...ask, ...named, args: undefined, problem: read.problem }
    : { ...ask, ...named, args: read.args, problem: undefined }
}

type Read = { readonly args: JsonObject } | { readonly problem: ArgumentProblem }

const argumentsOf = (
  found: Exclude<Match, { because: string }>,
  operation: Operation,
  exchange: Exchange,
  bytes: Buffer,
  limits: JsonLimits,
): Read => {
  if ('problem' in found) return found
  const dropped = PRECONDITIONS.find(
    (name) =>
      header(exchange, name) !== undefined &&
      !operation.parameters.some((one) => one.in === 'header' && one.name === name),
  )
  if (dropped !== undefined)
    return { problem: { where: `header ${dropped}`, message: 'it is not declared' } }
  const { body } = operation
  const read = readBody(body, header(exchange, 'content-type'), bytes, limits)
  if ('problem' in read) return read
  const args = found.arguments
  return {
    args: body && read.value !== undefined ? { ...args, [body.member]: read.value } : args,
  }
}
