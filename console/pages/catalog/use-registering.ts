import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Answer, ask, type Told, tell } from '../../api/client.ts'
import { Problem } from '../../api/problem.ts'
import type { ApiDocument, ItemDocument, ServerDocument } from './classes.ts'
import { documentOf, type Registration } from './registration.ts'

const refreshPath = '/api/v1/planes/{plane}/servers/{name}/refresh'
/** How the server was met, once its document stood. */
export type Met = Answer<'post', typeof refreshPath>

export interface Registering {
  readonly isBusy: boolean
  /** Why the document was not taken. */
  readonly problem: Problem | undefined
  /** The document stands; this is how its server answered. */
  readonly met: Met | undefined
  submit(form: Registration): void
}

/**
 * Writes the document, then asks the server what it offers. A server that cannot be reached is
 * registered all the same, and seen by nobody; the next attempt changes what stands.
 */
export const useRegistering = (
  first: Told<ItemDocument> | undefined,
  onMet: (form: Registration) => void,
): Registering => {
  const client = useQueryClient()
  const [stands, setStands] = useState(first)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const [met, setMet] = useState<Met>()

  const run = async (form: Registration) => {
    const isSame = stands?.body.name === form.name && stands.body.plane === form.plane
    const before = isSame ? stands : undefined
    const written = await write(form, before)
    setStands(written)
    const path = { plane: form.plane, name: form.name }
    const answer = await ask('post', refreshPath, { params: { path } })
    setMet(answer)
    void client.invalidateQueries()
    if (answer.problem === undefined && answer.side === undefined) onMet(form)
  }
  return {
    isBusy,
    problem,
    met,
    submit(form) {
      setBusy(true)
      setProblem(undefined)
      setMet(undefined)
      run(form)
        .catch((thrown: unknown) => {
          if (!(thrown instanceof Problem)) throw thrown
          setProblem(thrown)
        })
        .finally(() => setBusy(false))
    },
  }
}

const write = (
  form: Registration,
  before: Told<ItemDocument> | undefined,
): Promise<Told<ItemDocument>> => {
  const body = documentOf(form, before?.body)
  const header = before?.etag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': before.etag }
  const params = { path: { plane: form.plane, name: form.name }, header }
  return form.kind === 'API'
    ? tell('put', '/api/v1/planes/{plane}/apis/{name}', { params, body: body as ApiDocument })
    : tell('put', '/api/v1/planes/{plane}/servers/{name}', { params, body: body as ServerDocument })
}
