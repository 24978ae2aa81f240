import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { answerFault } from './answer.ts'
import type { Exchange } from './exchange.ts'

/** Answers what was thrown; of what nobody foresaw its caller gets an id, and the log the rest. */
export const createFail =
  (parts: { log: Log; origin: string; nextId(): string }) =>
  (exchange: Exchange, thrown: unknown, answerAs: typeof answerFault): void => {
    const fault = asFault(thrown)
    const ref = fault.code === 'internal' ? `err_${parts.nextId()}` : undefined
    if (ref)
      parts.log.error('internal', {
        ref,
        cause: String((fault.cause as Error | undefined)?.stack ?? fault.cause),
      })
    answerAs(exchange.response, fault, {
      resource: exchange.resource,
      origin: parts.origin,
      ...(ref ? { ref } : {}),
    })
  }
