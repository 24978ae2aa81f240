import { type Me, useMe } from '../api/session.ts'
import { usePlanes } from './planes.tsx'

export interface Rights {
  /** Reads the plane as a whole, and not items of it alone. */
  readonly plane: boolean
  /** Changes grants of something here; of what, the door for changes decides. */
  readonly grants: boolean
  /** Reads what is recorded of calls: who watches over them, and not who runs the installation. */
  readonly recorded: boolean
  /** Reads what became of calls: whoever is there for more than looking at the catalogue. */
  readonly calls: boolean
  /** Finds the calls about a person. */
  readonly finds: boolean
  /** Takes and verifies what proves the ledger. */
  readonly evidence: boolean
  /** Reads who holds which role. */
  readonly roles: boolean
  /** Reads which other issuers are trusted. */
  readonly issuers: boolean
  /** Reads who and what is suspended in the plane, and not of items alone. */
  readonly suspensions: boolean
  /** Stops the plane as a whole, and lets it go on. */
  readonly stops: boolean
}

/** What a person may do here, as far as their roles tell: so that nothing is asked that is refused. */
export const useRights = (plane: string): Rights => rightsOf(useMe().data, plane)

/** Of the planes that this page is about, those in which the person may do it. */
export const usePlanesWhere = (right: keyof Rights): readonly string[] => {
  const me = useMe().data
  return usePlanes().filter((plane) => rightsOf(me, plane)[right])
}

/** Those of the planes whose every document the person may change, but for the plane's own. */
export const useGoverned = (planes: readonly string[]): readonly string[] => {
  const me = useMe().data
  const isGoverned = (plane: string) =>
    me?.planes
      .find((one) => one.plane === plane)
      ?.roles.some(({ role, over }) => role === 'plane-admin' && over === undefined) ?? false
  return planes.filter((plane) => me?.person.administrator || isGoverned(plane))
}

const rightsOf = (me: Me | undefined, plane: string): Rights => {
  const roles = me?.planes.find((one) => one.plane === plane)?.roles ?? []
  const holds = (...names: readonly string[]) => roles.some(({ role }) => names.includes(role))
  const isAdministrator = me?.person.administrator ?? false
  return {
    plane: isAdministrator || roles.some(({ over }) => over === undefined),
    grants: isAdministrator || holds('plane-admin', 'owner'),
    recorded: holds('soc'),
    calls: isAdministrator || roles.some(({ role }) => role !== 'developer'),
    finds: holds('soc', 'privacy'),
    evidence:
      isAdministrator || roles.some(({ role, over }) => over === undefined && provers.has(role)),
    roles:
      isAdministrator || roles.some(({ role, over }) => over === undefined && readers.has(role)),
    suspensions:
      isAdministrator ||
      holds('owner', 'soc', 'privacy') ||
      roles.some(({ role, over }) => over === undefined && role !== 'developer'),
    stops:
      isAdministrator || roles.some(({ role, over }) => over === undefined && stoppers.has(role)),
    issuers:
      isAdministrator || roles.some(({ role, over }) => over === undefined && readers.has(role)),
  }
}

const provers: ReadonlySet<string> = new Set(['plane-admin', 'auditor', 'soc', 'privacy'])
const stoppers: ReadonlySet<string> = new Set(['plane-admin', 'soc'])
const readers: ReadonlySet<string> = new Set(['plane-admin', 'auditor', 'soc'])
