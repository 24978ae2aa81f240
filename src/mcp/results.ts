import type { JsonObject } from '#lib/json.ts'
import { isObject } from './messages.ts'

/**
 * What came of a request, from its result. `tool error`: the tool ran and failed (server/tools
 * §Error Handling), which is no protocol error. `input required`: a round of MCP 2026-07-28,
 * basic/patterns/mrtr. `invalid`: a resultType that nobody negotiated, which must be taken for
 * invalid (basic §ResultType), or one whose result does not have its shape.
 */
export type ResultClass = 'complete' | 'tool error' | 'input required' | 'invalid'

/**
 * Classifies a result of either era: a legacy one has no resultType, and absent means complete.
 * `extensions` are the result types of what both sides declared, such as `task`; a result of one
 * of these is complete as far as this exchange goes.
 */
export function classifyResult(
  result: JsonObject,
  extensions: readonly string[] = [],
): ResultClass {
  const { resultType } = result
  if (resultType === 'input_required') return isInputRequired(result) ? 'input required' : 'invalid'
  if (resultType === undefined || resultType === 'complete') {
    return result.isError === true ? 'tool error' : 'complete'
  }
  return typeof resultType === 'string' && extensions.includes(resultType) ? 'complete' : 'invalid'
}

const INPUT_METHODS = ['elicitation/create', 'sampling/createMessage', 'roots/list']

/** basic/patterns/mrtr §InputRequiredResult: requests, a state, or both; and requests of three kinds only. */
function isInputRequired({ inputRequests, requestState }: JsonObject): boolean {
  if (inputRequests === undefined && requestState === undefined) return false
  if (requestState !== undefined && typeof requestState !== 'string') return false
  if (inputRequests === undefined) return true
  return (
    isObject(inputRequests) &&
    Object.values(inputRequests).every(
      (request) => isObject(request) && INPUT_METHODS.includes(String(request.method)),
    )
  )
}
