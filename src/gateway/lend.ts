import type { ItemDocument } from '#domain/documents.ts'
import { secretOf } from '#domain/lent.ts'
import type { Loan, Spoken } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Caller } from './exchange.ts'

/**
 * Which secret and which version a server or an API is lent, not yet opened, or a token not yet made;
 * undefined where it needs none. A credential lent to a child's environment was lent when the child
 * started, and is only named here. With a caller, and perhaps with the call, a token speaks of them.
 */
export type Lend = (plane: PlaneId, server: string, caller?: Caller) => Loan | undefined | 'missing'
