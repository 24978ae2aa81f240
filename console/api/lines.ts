import { Problem, problemOf, unreachable } from './problem.ts'

/** What a route that answers lines says, line by line as they come. Throws a Problem; ends when its reader stops. */
export async function* askLines<L>(
  path: string,
  body: object,
  signal: AbortSignal,
): AsyncGenerator<L> {
  const response = await fetch(`/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    credentials: 'same-origin',
    body: JSON.stringify(body),
    signal,
  }).catch((thrown: unknown) => {
    if (signal.aborted) throw thrown
    throw unreachable()
  })
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => undefined))
  if (!response.body) throw new Problem(502, { type: 'cut_off' })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = `${rest}${read.value}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as L
  }
  if (rest !== '') yield JSON.parse(rest) as L
}
