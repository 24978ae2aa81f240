import type { PlanePolicy } from '#change/change.ts'
import { secretOf } from '#domain/lent.ts'
import { Fault } from '#lib/fault.ts'
import { changer, choosePlanes, type Desk, findPlane, itemsOf } from './desk.ts'

export interface CredentialRow {
  readonly plane: string
  readonly credential: string
  readonly owner: string
  /** Undefined where the document stands and no secret has been set. */
  readonly version: number | undefined
  readonly at: number | undefined
  readonly servers: readonly string[]
}

const secretLimitBytes = 64 * 1024

/** Stores a new version. The secret travels as base64 in the body alone, and is in no answer and no error. */
export const setCredential = async (
  desk: Desk,
  input: { plane?: string | undefined; credential: string; secret: string },
): Promise<{ plane: string; credential: string; version: number }> => {
  const { installation } = desk
  const { id, policy } = findPlane(installation.change.current(), input.plane)
  checkDeclared(policy, input.credential)
  const secret = Buffer.from(input.secret, 'base64')
  try {
    checkSecret(policy, input.credential, secret)
    const version = await installation.vault.plane(id).set(input.credential, secret, changer(desk))
    return { plane: id, credential: input.credential, version }
  } finally {
    secret.fill(0)
  }
}

export const listCredentials = (
  desk: Desk,
  input: { plane?: string | undefined },
): CredentialRow[] => {
  const { change, vault } = desk.installation
  const all = change.current()
  return choosePlanes(all, input.plane).flatMap((id) => {
    const policy = all.planes.get(id)
    const stored = new Map(
      vault
        .plane(id)
        .list()
        .sort((a, b) => a.version - b.version)
        .map((one) => [one.credential, one]),
    )
    return [...(policy?.credentials.values() ?? [])].map(({ name, owner }) => ({
      plane: id,
      credential: name,
      owner,
      version: stored.get(name)?.version,
      at: stored.get(name)?.at,
      servers: serversLent(policy, name),
    }))
  })
}

export const removeCredential = async (
  desk: Desk,
  input: { plane?: string | undefined; credential: string },
): Promise<{ plane: string; credential: string; servers: readonly string[] }> => {
  const { change, vault } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const plane = vault.plane(id)
  if (!plane.list().some((one) => one.credential === input.credential))
    throw new Fault('unknown_name', {
      detail: `The vault of plane ${id} holds no secret named "${input.credential}".`,
      fix: 'bailiwick cred list',
    })
  await plane.remove(input.credential, changer(desk))
  return { plane: id, credential: input.credential, servers: serversLent(policy, input.credential) }
}

const checkDeclared = (policy: PlanePolicy, name: string): void => {
  if (policy.credentials.has(name)) return
  const names = [...policy.credentials.keys()]
  throw new Fault('unknown_name', {
    detail: `There is no Credential "${name}" in plane ${policy.plane.name}. ${names.length > 0 ? `There is: ${names.join(', ')}.` : 'There is none yet.'}`,
    fix: `apply a document of kind Credential named ${name} first`,
  })
}

const checkSecret = (policy: PlanePolicy, name: string, secret: Buffer): void => {
  if (secret.length === 0) throw new Fault('usage', { detail: 'The secret is empty.' })
  if (secret.length > secretLimitBytes)
    throw new Fault('usage', { detail: `The secret is longer than ${secretLimitBytes} bytes.` })
  const inHeader = itemsOf(policy).some(
    ({ credential }) => credential && 'header' in credential && credential.name === name,
  )
  // RFC 9110 §5.5: what is lent as a header's value holds no control characters.
  if (inHeader && secret.some((byte) => byte < 0x20 || byte > 0x7e))
    throw new Fault('usage', {
      detail: `"${name}" is lent in a header, and the secret holds a line break or another byte that no header can carry.`,
    })
}

const serversLent = (policy: PlanePolicy | undefined, credential: string): string[] =>
  itemsOf(policy)
    .filter((item) => secretOf(item.credential) === credential)
    .map(({ name }) => name)
