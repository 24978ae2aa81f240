import type { IssuerDocument } from '#domain/documents.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { ClientView } from '../identity.ts'
import type { TakeOnce } from '../once.ts'
import { createForeignAccess, type ForeignAccess } from './access.ts'
import { type Assertions, createAssertions } from './assertion.ts'
import { createFetch } from './fetch.ts'
import { createKeySource, type KeySource } from './key-source.ts'
import type { Send } from './send.ts'

/** Trust in the tokens of others, as documents of kind Issuer give it. */
export interface Foreign {
  readonly access: ForeignAccess
  readonly assertions: Assertions
  keysOf(issuer: IssuerDocument): KeySource
}

export function createForeign({
  origin,
  view,
  takeOnce,
  send,
  clock,
  log,
}: {
  origin: string
  view: ClientView
  takeOnce: TakeOnce
  send: Send
  clock: Clock
  log: Log
}): Foreign {
  const fetch = createFetch(send)
  // An Issuer that says something else is another document: what was heard for it goes with the old one.
  const sources = new WeakMap<IssuerDocument, KeySource>()

  function keysOf(issuer: IssuerDocument): KeySource {
    const known = sources.get(issuer)
    if (known) return known
    const made = createKeySource({ issuer, fetch, clock, log })
    sources.set(issuer, made)
    return made
  }

  return {
    keysOf,
    access: createForeignAccess({ origin, view, keysOf }),
    assertions: createAssertions({ origin, view, keysOf, takeOnce, now: clock.now }),
  }
}
