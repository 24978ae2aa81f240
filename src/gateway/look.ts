import type { Refusal } from '#domain/decision.ts'
import type { PlaneId } from '#domain/name.ts'
import { asFault, Fault, isUpstreamFault } from '#lib/fault.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { Asked } from './asked.ts'
import { permit } from './target.ts'

/** What is known of servers' definitions, by how old it is; the registry's watch. */
export interface Looks {
  age(plane: PlaneId, server: string): 'fresh' | 'ageing' | 'old'
  /** Resolves when what stands in the snapshot is as fresh as is wanted; rejects with the Fault that keeps it from that. */
  look(plane: PlaneId, server: string): Promise<void>
  /** The server says that a list changed: what it told before is old, and it is asked again. */
  notice(plane: PlaneId, server: string): void
}

export interface Looked {
  /** As it is to be decided on: by the snapshot in force after the look. */
  readonly asked: Asked
  readonly unseen?: Refusal
}

/**
 * Before a call, its server's definitions are looked at again where that was too long ago (trust.md §1
 * row 16). Only for a caller that would be permitted by what is known: nobody else causes traffic to a
 * server. While what is known is ageing the next look is under way and nobody waits for it.
 */
export const createLook =
  (parts: { looks: Looks; snapshot(plane: PlaneId): PlaneSnapshot; now(): number }) =>
  (asked: Asked): Looked | Promise<Looked> => {
    const { looks } = parts
    const { caller, target, at } = asked
    const { plane } = asked.exchange
    // An API tells nothing of itself: its document does, and that is in force with the snapshot. Nor do our own tools.
    if (target.kind === 'operation' || target.own) return { asked }
    const age = looks.age(plane, target.server)
    if (age === 'fresh' || !permit(caller.view, target, at).permitted) return { asked }
    const look = looks.look(plane, target.server)
    if (age === 'old') return look.then(renewed, unseen)
    look.catch(() => {})
    return { asked }

    function renewed(): Looked {
      const view = parts.snapshot(plane).caller(caller.view.who)
      if (!view) throw new Fault('revoked')
      return { asked: { ...asked, caller: { ...caller, view }, at: parts.now() } }
    }

    function unseen(thrown: unknown): Looked {
      const { code, detail = '' } = asFault(thrown)
      if (code === 'no_credential')
        return {
          asked,
          unseen: { reason: 'credential', station: 'credential', server: target.server },
        }
      if (!isUpstreamFault(code)) throw thrown
      return { asked, unseen: { reason: 'unseen', station: 'permit', code, detail } }
    }
  }
