import type { Refusal, TokenLack } from '#domain/decision.ts'
import type { RequiredBinding } from '#domain/requirement.ts'
import type { Suspension } from '#domain/suspension.ts'
import { type FaultCode, faults } from '#lib/fault.ts'
import type { RequestId } from '#mcp/messages.ts'
import {
  errorBytes,
  INVALID_PARAMS,
  type ProtocolRefusal,
  RESOURCE_NOT_FOUND,
  resultBytes,
  UNSUPPORTED_VERSION,
} from '#mcp/messages.ts'
import type { Ask } from './exchange.ts'

/** How a refusal reaches whoever can act on it: within the protocol, or as an HTTP status for the host. */
export interface RefusalAnswer {
  readonly status: 200 | 400 | 401 | 403
  readonly body: Buffer
  /** What a token must have or be, for whoever can get another. */
  readonly challenge?: Challenge
}
export type Challenge =
  | { readonly scopes: readonly string[] }
  | { readonly maxAgeS: number }
  | { readonly binding: RequiredBinding }
  | { readonly acr: readonly string[] }

/** A refusal and what may be said of it, whichever protocol says it. */
export interface Told {
  readonly refusal: Refusal
  /** The capability's name as the caller wrote it. */
  readonly name: string
  readonly call: string
  readonly agent: string
  readonly consumer: string
  /** What may be called instead, as this caller writes it. */
  readonly fallback: string | undefined
  /** Whether its user may be asked to sign in more strongly. */
  readonly maySignIn: boolean
  /** Whether it came by an API key: who has one can ask nobody for another. */
  readonly byApiKey: boolean
}
interface Refused extends Told {
  readonly ask: Ask
}

/**
 * The one place that decides what a caller learns of a refusal; exhaustive over the reasons. A
 * capability that is hidden and one that does not exist take the same line and give the same bytes.
 */
export const answerRefusal = (refused: Refused): RefusalAnswer => {
  const { refusal, ask } = refused
  switch (refusal.reason) {
    case 'unknown':
      return { status: 200, body: unknownBytes(ask, refused.name) }
    case 'held':
      return inBand(refused, -31409, heldText(refused), undefined)
    case 'suspended':
      return inBand(refused, faults.suspended.rpc, suspendedText(refused, refusal), undefined)
    case 'arguments':
      // MCP, server/tools §Error Handling: what a model can correct is told to the model.
      return inBand(refused, INVALID_PARAMS, argumentsText(refused, refusal), undefined)
    case 'condition':
      return inBand(refused, DENIED, conditionText(refused), undefined)
    case 'rule':
      return inBand(refused, DENIED, ruleText(refused, refusal), undefined)
    case 'limited':
      return inBand(refused, faults.flood.rpc, limitedText(refused, refusal), refusal.retryAfterMs)
    case 'credential':
      return faultAnswer(refused, 'no_credential')
    case 'unseen':
      return faultAnswer(refused, refusal.code)
    case 'scope':
      return {
        status: 403,
        body: errorBytes(ask.id, DENIED, scopeText(refused, refusal.scopes), about(refused)),
        challenge: { scopes: refusal.scopes },
      }
    case 'token': {
      const text = lackText(refused, refusal)
      const challenge = challengeFor(refused, refusal)
      if (challenge === undefined) return inBand(refused, DENIED, text, undefined)
      const body = errorBytes(ask.id, faults.bad_token.rpc, text, about(refused))
      return { status: 401, body, challenge }
    }
    case 'era':
      // MCP 2026-07-28, basic/versioning: the error names what the server supports.
      return { status: 400, body: eraBytes(ask, refusal.speaks) }
  }
}

/** The server's fault and no model's to mend: an error, not a result. */
const faultAnswer = (refused: Refused, code: FaultCode): RefusalAnswer => ({
  status: 200,
  body: errorBytes(refused.ask.id, faults[code].rpc, faults[code].say, about(refused)),
})

/** The answer to a name that nobody has; per method, as a server of that era would say it. */
const unknownBytes = (ask: Ask, name: string): Buffer => {
  switch (ask.method) {
    case 'tools/call':
      return errorBytes(ask.id, INVALID_PARAMS, `Unknown tool: ${name}`)
    case 'prompts/get':
      return errorBytes(ask.id, INVALID_PARAMS, `Unknown prompt: ${name}`)
    case 'completion/complete':
      return errorBytes(ask.id, INVALID_PARAMS, `Unknown reference: ${name}`)
    case 'tasks/get':
    case 'tasks/result':
    case 'tasks/cancel':
    case 'tasks/update':
      // 2025-11-25, basic/utilities/tasks §Error Handling; the same in ext-tasks.
      return errorBytes(ask.id, INVALID_PARAMS, 'Task not found')
    default:
      // −32002 until 2025-11-25; −32602 since (2026-07-28, server/resources §Error Handling).
      return errorBytes(
        ask.id,
        ask.era === 'modern' ? INVALID_PARAMS : RESOURCE_NOT_FOUND,
        'Resource not found',
        {
          uri: name,
        },
      )
  }
}

/** A tool's caller is a model: it reads results, not errors. Every other method's caller is a program. */
const inBand = (
  refused: Refused,
  code: number,
  text: string,
  retryAfterMs: number | undefined,
): RefusalAnswer => {
  const { ask, refusal } = refused
  const data = { ...about(refused), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  if (ask.method !== 'tools/call')
    return { status: 200, body: errorBytes(ask.id, code, text, data) }
  const result = {
    ...(ask.era === 'modern' ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text }],
    isError: true,
    _meta: { 'dev.bailiwick/refusal': { ...data, reason: refusal.reason } },
  }
  return { status: 200, body: resultBytes(ask.id, result) }
}

const about = ({ refusal, call, fallback }: Refused) => ({
  reason: refusal.reason,
  station: refusal.station,
  call,
  ...(fallback === undefined ? {} : { fallback }),
})

/** Refused by what the policy says: an own code, outside of the protocol's range. */
const DENIED = -31403

const heldText = ({ agent, name }: Told): string =>
  `Held: "${name}" changed since its owner released it, so agent "${agent}" may not call it now.\n` +
  "Waiting for a person's decision; do not retry before 10 min. Continue without it, or tell the user."

/** Who suspended it and why is for those who may know; whom to ask is for the caller. */
const suspendedText = (
  { agent, name }: Told,
  { suspension, owner }: Extract<Refusal, { reason: 'suspended' }>,
): string => {
  const what = suspension.kind === 'capability' ? `"${name}"` : whatIs(suspension)
  return (
    `Suspended: ${what} is suspended, so agent "${agent}" may not call "${name}" now.\n` +
    `Waiting for a person's decision; do not retry. Ask ${owner ?? 'whoever operates this gateway'}.`
  )
}

const whatIs = ({ kind, name }: Suspension): string => `${kind} "${name}"`

const argumentsText = (
  { name }: Told,
  { problems }: Extract<Refusal, { reason: 'arguments' }>,
): string =>
  [
    `The arguments do not fit what "${name}" takes:`,
    ...problems.map(({ at, message }) => `${at || 'they'} ${message}`),
    'Nothing was called. Correct them and call again.',
  ].join('\n')

const conditionText = (refused: Told): string => {
  const { agent, name, consumer } = refused
  return (
    `Denied by policy: agent "${agent}" may not call "${name}" for "${consumer}" with these arguments.\n` +
    'This will not change if you retry with the same ones. Continue without it, or ask the user.' +
    insteadText(refused)
  )
}

const ruleText = (refused: Told, { because }: Extract<Refusal, { reason: 'rule' }>): string => {
  const { agent, name, consumer } = refused
  const [now, advice] =
    because === 'outside its hours'
      ? [' now', 'It may be called at certain hours only. Continue without it, or ask the user.']
      : ['', 'This will not change if you retry. Continue without it, or ask the user.']
  return (
    `Denied by policy: agent "${agent}" may not call "${name}" for "${consumer}"${now}.\n` +
    advice +
    insteadText(refused)
  )
}

/** The redacted variant, where the caller may call that. */
const insteadText = ({ fallback }: Told): string =>
  fallback === undefined
    ? ''
    : `\n"${fallback}" may be called instead: it gives the same with some of it left out.`

const limitedText = (
  { agent, name }: Told,
  limited: Extract<Refusal, { reason: 'limited' }>,
): string =>
  `Limited: agent "${agent}" has used its ${limited.most} calls of "${name}" in this ${limited.window}.\n` +
  `Try again after ${Math.max(1, Math.ceil(limited.retryAfterMs / 1000))} s.`

export const eraBytes = (ask: Ask, speaks: readonly string[]): Buffer =>
  errorBytes(ask.id, UNSUPPORTED_VERSION, eraText(speaks, ask.revision), {
    supported: speaks,
    requested: ask.revision,
  })

const scopeText = (refused: Told, scopes: readonly string[]): string =>
  refused.byApiKey
    ? `The API key lacks scope: one made with ${scopes.join(' ')} is needed, or a token.${insteadText(refused)}`
    : `The token lacks scope: ask for a token with ${scopes.join(' ')}.${insteadText(refused)}`

/** What its caller can do about a token that lacks something; undefined where it can do nothing. */
const challengeFor = ({ maySignIn }: Told, lack: TokenLack): Challenge | undefined => {
  if ('maxAgeMs' in lack) return { maxAgeS: lack.maxAgeMs / 1000 }
  if ('binding' in lack) return { binding: lack.binding }
  if ('apiKey' in lack) return undefined
  return maySignIn ? { acr: lack.acr } : undefined
}

/** What a token must have or be, for whoever can get another. */
export const challengeOf = (told: Told): Challenge | undefined => {
  const { refusal } = told
  if (refusal.reason === 'scope') return told.byApiKey ? undefined : { scopes: refusal.scopes }
  return refusal.reason === 'token' ? challengeFor(told, refusal) : undefined
}

const lackText = (told: Told, lack: TokenLack): string => {
  if ('maxAgeMs' in lack) return ageText(lack.maxAgeMs / 1000)
  if ('binding' in lack) return bindingText(lack.binding)
  if ('apiKey' in lack) return apiKeyText
  return told.maySignIn
    ? `The user has to sign in more strongly: ask for a token with acr ${lack.acr.join(' or ')}.`
    : `Denied by policy: "${told.name}" is for users who signed in more strongly than this token says.\n` +
        'This will not change if you retry. Continue without it, or ask the user.'
}

const apiKeyText =
  'An API key is not enough for this: ask the issuer of the plane for a token.\n' +
  'This will not change if you retry with the key.'

const bindingText = (binding: RequiredBinding): string => {
  const by = {
    dpop: 'a key that DPoP proves',
    mtls: 'a client certificate',
    any: 'a key that DPoP proves, or a client certificate',
  }[binding]
  return `Tokens here have to be bound to ${by}: ask for one that is.`
}

const ageText = (maxAgeS: number): string =>
  `The token was issued more than ${maxAgeS} s ago, which is not taken here: ask for a new one.`

const eraText = (speaks: readonly string[], asked: string): string =>
  speaks.length === 0
    ? 'The server behind this address is not reachable yet, so its protocol revisions are not known. Try again later.'
    : `The server behind this address speaks ${speaks.join(', ')}, not ${asked}. Use a client of that revision.`

/** What a program is told in words. */
export const sentenceOf = (told: Told): string => {
  const { refusal } = told
  switch (refusal.reason) {
    case 'held':
      return heldText(told)
    case 'suspended':
      return suspendedText(told, refusal)
    case 'arguments':
      return argumentsText(told, refusal)
    case 'condition':
      return conditionText(told)
    case 'rule':
      return ruleText(told, refusal)
    case 'limited':
      return limitedText(told, refusal)
    case 'scope':
      return scopeText(told, refusal.scopes)
    case 'token':
      return lackText(told, refusal)
    case 'credential':
      return faults.no_credential.say
    case 'unseen':
      return faults[refusal.code].say
    case 'era':
    case 'unknown':
      return faults.not_found.say
  }
}

/** A JSON-RPC error for a fault inside an open exchange; `call` lets a person find the entry. */
export const faultBytes = (
  id: RequestId | undefined,
  code: keyof typeof faults,
  call?: string,
): Buffer =>
  errorBytes(id, faults[code].rpc, faults[code].say, call === undefined ? undefined : { call })

/** What the protocol itself prescribes. */
export const refusalBytes = (
  id: RequestId | undefined,
  { code, message, data }: ProtocolRefusal,
): Buffer => errorBytes(id, code, message, data)
