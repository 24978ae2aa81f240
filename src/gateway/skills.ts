import {
  type Edit,
  elementSpans,
  isObject,
  type JsonDocument,
  type JsonValue,
  readJson,
  spanOf,
  splice,
} from '#lib/json.ts'
import type { CallerView } from '#policy/policy.ts'
import { answerLimits } from './forward.ts'
import { permit } from './target.ts'

/**
 * What a server answers to `skills/list` (SEP-2640), for one caller: a skill is there for whoever may
 * read its SKILL.md, as the resource that it is. The others are cut out, and everything else stays as
 * it came.
 */
export const readableSkills = (
  view: CallerView,
  server: string,
  bytes: Uint8Array,
  now: number,
): Uint8Array => {
  const doc = readJson(bytes, answerLimits)
  const span = spanOf(doc, 'result', 'skills')
  if (!span) return bytes
  const skills = readJson(bytes.subarray(span.start, span.end), answerLimits)
  const kept = Array.isArray(skills.value) ? readable(skills, skills.value) : []
  const edits: Edit[] = [{ span, text: `[${kept.join(',')}]` }]
  // 2026-07-28, server/utilities/caching: what one caller sees is not for another.
  const scope = spanOf(doc, 'result', 'cacheScope')
  if (scope) edits.push({ span: scope, text: '"private"' })
  return splice(
    bytes,
    edits.sort((a, b) => a.span.start - b.span.start),
  )

  function readable(list: JsonDocument, all: readonly JsonValue[]): string[] {
    return elementSpans(list).flatMap(({ start, end }, at) =>
      isReadable(all[at]) ? [Buffer.from(list.bytes.subarray(start, end)).toString()] : [],
    )
  }

  function isReadable(skill: JsonValue | undefined): boolean {
    const uri = isObject(skill) ? skill.uri : undefined
    if (typeof uri !== 'string') return false
    const about = { server, kind: 'resource', name: uri, written: uri, args: undefined } as const
    return permit(view, { ...about, use: 'other' }, now).permitted
  }
}
