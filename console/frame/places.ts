import { paths } from '../paths.ts'
import type { Key } from '../words/words.ts'

/** One of the twelve places of both faces. `letter` goes there behind `g`. */
export interface Place {
  readonly id: string
  readonly title: Key
  readonly to: string
  readonly letter?: string
  /** Beginnings of the addresses that belong to it. */
  readonly under: readonly string[]
}

const place = (id: string, letter: string, to: string, ...more: string[]): Place => ({
  id,
  title: `frame.place.${id}` as Key,
  to,
  letter,
  under: [to, ...more],
})

export const managerPlaces: readonly Place[] = [
  place('overview', 'o', paths.overview(), '/m/traffic'),
  place('ledger', 'l', paths.ledger(), '/m/calls'),
  place('alarms', 'a', paths.alarms()),
  place('reviews', 'r', paths.reviews()),
  place('catalog', 'c', paths.catalog()),
  place('agents', 'e', paths.agents(), '/m/consumers'),
  place('permissions', 'p', paths.permissions()),
  place('credentials', 'k', paths.credentials()),
  place('settings', 's', paths.settings(), '/m/settings'),
]

export const portalPlaces: readonly Place[] = [
  { id: 'portal', title: 'frame.place.portal', to: paths.portal(), under: ['/p'] },
  { id: 'access', title: 'frame.place.access', to: paths.access(), under: ['/p/access'] },
  { id: 'activity', title: 'frame.place.activity', to: paths.activity(), under: ['/p/activity'] },
]

export type Face = 'manager' | 'portal'
export const faceOf = (pathname: string): Face =>
  /^\/p(\/|$)/.test(pathname) ? 'portal' : 'manager'
export const placesOf = (face: Face): readonly Place[] =>
  face === 'portal' ? portalPlaces : managerPlaces

/** The place whose beginning is the longest that fits: `/m` alone is the Overview. */
export const placeOf = (pathname: string): Place | undefined => {
  const fits = placesOf(faceOf(pathname)).flatMap((place) =>
    place.under
      .filter(
        (start) => pathname === start || (start.length > 2 && pathname.startsWith(`${start}/`)),
      )
      .map((start) => ({ place, start })),
  )
  return fits.toSorted((a, b) => b.start.length - a.start.length)[0]?.place
}
