import { hash } from 'node:crypto'
import type { CallId } from '#domain/name.ts'
import type { JsonValue } from '#lib/json.ts'
import type { Era } from '#mcp/revisions.ts'
import type { TaskRows } from '#store/store.ts'
import type { Keyring } from '#vault/vault.ts'
import { type Caller, callerKey, type Exchange } from './exchange.ts'

/**
 * Tasks that servers began for callers (2025-11-25, basic/utilities/tasks; ext-tasks, SEP-2663). A caller
 * knows a task by an id of ours, made of the caller, the server and the server's own id by a key of the
 * plane: nobody guesses it, however poor the server's are. What it is bound to is in the store, so every
 * process finds it, sealed for its caller: another's id is found by nobody, like one that was never given.
 */
export interface Tasks {
  /** What the caller calls a task of that server. */
  idOf(about: Whose, at: string): string
  /** Durable when it resolves: from then on its caller finds it, at every process. */
  bind(about: Whose, task: Begun): Promise<void>
  /** Undefined for whatever is none of this caller's at this server, in this era. */
  find(about: Whose, id: string): Promise<Bound | undefined>
}

export interface Whose {
  readonly exchange: Pick<Exchange, 'plane' | 'server'>
  readonly caller: Caller
  readonly era: Era
}

export interface Bound {
  /** What its server calls it. */
  readonly at: string
  /** The call that began it, and what that called, with what. */
  readonly call: CallId
  readonly tool: string
  readonly args: JsonValue
}

export interface Begun extends Bound {
  /** How long its server keeps it, milliseconds; undefined where it does not say, or for good. */
  readonly ttlMs: number | undefined
}

/** What a task may be begun with: it is kept for as long as the task may be asked for. */
export const mostArgumentBytes = 64 * 1024
const dayMs = 24 * 60 * 60_000
/** Of a task whose server sets no end, and of one whose server sets a later one. */
const [usualMs, mostMs] = [7 * dayMs, 30 * dayMs]
/** A server may keep it a while longer, and tell then that it is gone. */
const graceMs = 5 * 60_000
/** Ours have 64 digits. */
const idForm = /^[0-9a-f]{64}$/

export const createTasks = (parts: {
  rows: TaskRows
  keyring: Pick<Keyring, 'sealer' | 'pseudonym'>
  now(): number
}): Tasks => {
  const { rows, keyring } = parts
  const sealer = ({ exchange }: Whose) => keyring.sealer(exchange.plane, 'task')

  const idOf: Tasks['idOf'] = (about, at) =>
    keyring.pseudonym(about.exchange.plane)(`task ${JSON.stringify([...whose(about), at])}`)

  return {
    idOf,
    async bind(about, { ttlMs = usualMs, at, call, tool, args }) {
      const id = idOf(about, at)
      const plain = Buffer.from(JSON.stringify([at, call, tool, args]))
      const bound = sealer(about).seal(plain, contextOf(about, id)).toString('base64url')
      const until = parts.now() + Math.min(ttlMs, mostMs) + graceMs
      await rows.put({ digest: digest(id), bound, until })
    },
    async find(about, id) {
      const bound = idForm.test(id) ? await rows.find(digest(id)) : undefined
      const sealed = bound === undefined ? undefined : Buffer.from(bound, 'base64url')
      const plain = sealed && sealer(about).open(sealed, contextOf(about, id))
      if (!plain) return undefined
      const [at, call, tool, args] = JSON.parse(plain.toString()) as Sealed
      return { at, call, tool, args }
    },
  }
}

type Sealed = [at: string, call: CallId, tool: string, args: JsonValue]

const whose = ({ exchange, caller, era }: Whose): string[] => [
  callerKey(caller.view),
  exchange.server ?? '',
  era,
]

const contextOf = (about: Whose, id: string): string => JSON.stringify([...whose(about), id])

const digest = (id: string): string => hash('sha256', id, 'base64url')
