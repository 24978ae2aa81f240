import { verify } from 'node:crypto'
import { verifyEcdsa } from '#lib/ecdsa.ts'
import { JsonError, type JsonLimits, type JsonValue, readJson } from '#lib/json.ts'
import { type CompactParts, splitCompact } from '../compact.ts'
import { type ProofAlgorithm, type ProofKey, proofAlgorithms, readProofKey, sha256 } from './jwk.ts'

/** The request that a proof has to be of. */
export interface Proved {
  readonly method: string
  /** Under the configured origin, as the target was sent, without its query. */
  readonly url: string
  /** The access token that goes with it; undefined where one is only asked for. */
  readonly token: string | undefined
}

/** What a good proof says. */
export interface Proof {
  readonly thumbprint: string
  readonly id: string
  readonly nonce: string | undefined
  /** UTC milliseconds from which on it is refused as too old. */
  readonly endsAt: number
}

/** Why a proof is none: for the log and the count, never for whoever sent it. */
export type ProofProblem =
  | 'no proof'
  | 'proof malformed'
  | 'proof header'
  | 'proof key'
  | 'proof signature'
  | 'proof claims'
  | 'proof of another method'
  | 'proof of another address'
  | 'proof of another token'
  | 'proof too old'
  | 'proof not yet'
  | 'proof without nonce'
  | 'proof with an old nonce'
  | 'proof used before'
  | 'proof by another key'

/** A client that is told the nonce can do better; whatever else is wrong it has to find out itself. */
export const wantsNonce = (problem: ProofProblem): boolean =>
  problem === 'proof without nonce' || problem === 'proof with an old nonce'

/** Since it was made; the nonce in it bounds how long before its use that can have been at all. */
const oldestMs = 60_000
/** How far a client's clock may run ahead of ours. */
const aheadMs = 30_000

const jsonLimits: JsonLimits = { depth: 4, nodes: 64 }

/**
 * A DPoP proof (RFC 9449 §4.3) without its state: nonce and id are `createProofs`' to judge. The header
 * is a closed set, so that no second key and no critical extension can stand in it.
 */
export const readProof = (text: string, of: Proved, nowMs: number): Proof | ProofProblem => {
  const parts = splitCompact(text)
  if (typeof parts === 'string') return 'proof malformed'
  const header = asHeader(readObject(parts.header))
  if (header === undefined) return 'proof header'
  const key = readProofKey(header.jwk, header.alg)
  if (key === undefined) return 'proof key'
  if (!isSigned(parts, key, header.alg)) return 'proof signature'
  return judge(readObject(parts.payload), key, of, nowMs)
}

const judge = (
  claims: JsonValue,
  { thumbprint }: ProofKey,
  of: Proved,
  nowMs: number,
): Proof | ProofProblem => {
  if (!isRecord(claims)) return 'proof claims'
  const { jti, htm, htu, iat, ath, nonce } = claims
  if (!isText(jti) || !isText(htm) || !isText(htu) || !Number.isSafeInteger(iat))
    return 'proof claims'
  if (nonce !== undefined && !isText(nonce)) return 'proof claims'
  if (htm !== of.method) return 'proof of another method'
  if (!isSameAddress(htu, of.url)) return 'proof of another address'
  if (of.token !== undefined && ath !== sha256(of.token)) return 'proof of another token'
  const madeAt = Number(iat) * 1000
  if (madeAt > nowMs + aheadMs) return 'proof not yet'
  const endsAt = madeAt + oldestMs
  return endsAt <= nowMs ? 'proof too old' : { thumbprint, id: jti, nonce, endsAt }
}

const headerNames = new Set(['typ', 'alg', 'jwk', 'kid'])

const asHeader = (header: JsonValue): { alg: ProofAlgorithm; jwk: JsonValue } | undefined => {
  if (!isRecord(header) || !Object.keys(header).every((name) => headerNames.has(name)))
    return undefined
  const { typ, alg, jwk } = header
  if (typeof typ !== 'string' || typ.toLowerCase() !== 'dpop+jwt') return undefined
  const known = proofAlgorithms.find((one) => one === alg)
  return known === undefined || jwk === undefined ? undefined : { alg: known, jwk }
}

const isSigned = ({ signed, signature }: CompactParts, { key }: ProofKey, alg: ProofAlgorithm) => {
  if (signature.length !== 64) return false
  const bytes = Buffer.from(signed)
  return alg === 'ES256'
    ? verifyEcdsa('sha256', bytes, key, signature)
    : verify(null, bytes, key, signature)
}

/** RFC 9449 §4.3, 9: without query and fragment, after normalization. */
const isSameAddress = (htu: string, url: string): boolean => {
  if (htu === url) return true
  const said = URL.parse(htu)
  const here = URL.parse(url)
  if (!said || !here) return false
  said.search = here.search = ''
  said.hash = here.hash = ''
  return said.href === here.href
}

const isRecord = (value: JsonValue): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && value.length > 0

/** Null, which nothing lets pass, where it is not JSON that every reader reads alike. */
const readObject = (bytes: Buffer): JsonValue => {
  try {
    return readJson(bytes, jsonLimits).value
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
}
