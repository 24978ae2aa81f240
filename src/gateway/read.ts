import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { StreamedBody } from '#lib/ingress/exchange.ts'
import type { Exchange } from './exchange.ts'

/** The whole body, at most `limitBytes`, within `timeoutMs`. Throws Fault body_too_large, body_too_slow or bad_message (cut short). */
export const readBody = (
  exchange: Pick<Exchange, 'request' | 'response'>,
  about: { limitBytes: number; timeoutMs: number; clock: Clock },
): Promise<Buffer> => {
  const { request, response } = exchange
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > about.limitBytes) return Promise.reject(tooLarge(about.limitBytes))
  if (request.whole !== undefined) return Promise.resolve(request.whole)
  // RFC 9110 §10.1.1: the caller waits for our word before it sends the body.
  if (request.headers.expect !== undefined) response.writeContinue()
  return collect(request, about)
}

const collect = (
  request: StreamedBody,
  about: { limitBytes: number; timeoutMs: number; clock: Clock },
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const stopTimer = about.clock.after(about.timeoutMs, () => finish(new Fault('body_too_slow')))
    const finish = (fault: Fault | undefined) => {
      stopTimer()
      request.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut)
      if (fault) {
        request.pause()
        reject(fault)
      } else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes))
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > about.limitBytes) finish(tooLarge(about.limitBytes))
      else chunks.push(chunk)
    }
    const onEnd = () => finish(undefined)
    const onCut = () =>
      finish(new Fault('bad_message', { detail: 'the caller closed before its body was whole' }))
    request.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut)
  })

const tooLarge = (limitBytes: number): Fault =>
  new Fault('body_too_large', { detail: `at most ${limitBytes} bytes` })
