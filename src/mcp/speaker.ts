import type { JsonObject } from '#lib/json.ts'
import {
  CLIENT_CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  LOG_LEVEL_KEY,
  PROTOCOL_VERSION_KEY,
} from './envelope.ts'
import { isObject } from './messages.ts'
import { isAtLeast, MODERN_REVISIONS, type Revision } from './revisions.ts'

/**
 * Who speaks in a legacy session: what its `initialize` said, and what each request of the modern era
 * says anew (2026-07-28, basic §_meta). As much of it as can be asked for across the eras, and no more.
 */
export interface Speaker {
  readonly capabilities: SpeakerCapabilities
  readonly info: SpeakerInfo | undefined
}

/** As the modern era writes ClientCapabilities. */
export interface SpeakerCapabilities {
  readonly elicitation?: { readonly form?: object; readonly url?: object }
  readonly sampling?: { readonly tools?: object; readonly context?: object }
  readonly roots?: object
}

interface SpeakerInfo {
  readonly name: string
  readonly version: string
  readonly title?: string
}

/** Somebody of whom nothing is known can be asked nothing. */
export const UNKNOWN_SPEAKER: Speaker = { capabilities: {}, info: undefined }

/** Its session id holds it, so it has a bound: bytes of JSON. */
export const SPEAKER_INFO_LIMIT = 1024

/** What the params of an `initialize` say of its sender, in the revision that was agreed on; or what is wrong. */
export function readSpeaker(
  { capabilities, clientInfo }: Readonly<Record<string, unknown>>,
  revision: Revision,
): Speaker | { readonly problem: string } {
  const info = infoOf(clientInfo)
  if (info && Buffer.byteLength(JSON.stringify(info)) > SPEAKER_INFO_LIMIT)
    return {
      problem: `clientInfo: name, version and title are more than ${SPEAKER_INFO_LIMIT} bytes`,
    }
  const declared = isObject(capabilities) ? capabilities : {}
  return { capabilities: capabilitiesOf(declared, revision), info }
}

/** What it looks like and where it comes from is not what it is called. */
function infoOf(info: unknown): SpeakerInfo | undefined {
  if (!isObject(info)) return undefined
  const { name, version, title } = info
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return { name, version, ...(typeof title === 'string' && { title }) }
}

/** Tasks, extensions and what is experimental are not carried, so they are not declared. */
function capabilitiesOf(declared: JsonObject, revision: Revision): SpeakerCapabilities {
  const { elicitation, sampling, roots } = declared
  const isNewest = isAtLeast(revision, '2025-11-25')
  return {
    ...(isObject(elicitation) && isAtLeast(revision, '2025-06-18')
      ? { elicitation: elicitationOf(elicitation, isNewest) }
      : {}),
    ...(isObject(sampling) && { sampling: isNewest ? samplingOf(sampling) : {} }),
    ...(isObject(roots) && { roots: {} }),
  }
}

/** 2025-11-25, client/elicitation §Capabilities: an empty object means forms alone. */
function elicitationOf({ form, url }: JsonObject, isNewest: boolean) {
  const hasUrl = isNewest && isObject(url)
  const hasForm = isObject(form) || !hasUrl
  return { ...(hasForm && { form: {} }), ...(hasUrl && { url: {} }) }
}

function samplingOf({ tools, context }: JsonObject) {
  return { ...(isObject(tools) && { tools: {} }), ...(isObject(context) && { context: {} }) }
}

/** The members of `params._meta` that say so, as JSON without braces. */
export function envelopeOf({ capabilities, info }: Speaker, logLevel: string | undefined): string {
  const meta = {
    [PROTOCOL_VERSION_KEY]: MODERN_REVISIONS[0],
    [CLIENT_CAPABILITIES_KEY]: capabilities,
    ...(info && { [CLIENT_INFO_KEY]: info }),
    ...(logLevel !== undefined && { [LOG_LEVEL_KEY]: logLevel }),
  }
  return JSON.stringify(meta).slice(1, -1)
}
