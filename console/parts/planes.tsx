import { useLocation } from '@tanstack/react-router'
import { useMe } from '../api/session.ts'
import { readValues } from '../filters/grammar.ts'
import type { Field } from '../filters/rows.ts'
import type { Column } from '../ui/Table.tsx'
import type { Words } from '../words/words.ts'
import './planes.css'

/** Every plane in which the person holds a role: there is no other for them. */
export const useMyPlanes = (): readonly string[] =>
  (useMe().data?.planes ?? []).map(({ plane }) => plane)

/** The planes that this page is about: those of `?plane=`, or all of theirs. */
export const usePlanes = (): readonly string[] => {
  const mine = useMyPlanes()
  const asked = useLocation({ select: ({ search }) => (search as { plane?: string }).plane })
  if (asked === undefined) return mine
  const named = readValues(asked)
  return mine.filter((plane) => named.includes(plane))
}

/** For a page that is about one: the first of those that are looked at. */
export const useOnePlane = (): string | undefined => usePlanes()[0]

/** Two letters in a box with a pattern of its own, never a colour alone. */
export const PlaneCode = ({ plane }: { readonly plane: string }) => (
  <span className="plane-code" data-pattern={patternOf(plane)} aria-hidden="true">
    {plane.slice(0, 2).toUpperCase()}
  </span>
)

export const PlaneName = ({ plane }: { readonly plane: string }) => (
  <span className="plane-name">
    <PlaneCode plane={plane} /> {plane}
  </span>
)

/** Whose a row is, where rows of several planes stand in one table. */
export const planeColumn = ({ say }: Pick<Words, 'say'>): Column<{ readonly plane: string }> => ({
  id: 'plane',
  title: say('frame.plane'),
  cell: ({ plane }) => <PlaneName plane={plane} />,
})

/** The same, to filter by. */
export const planeField = ({ say }: Pick<Words, 'say'>): Field<{ readonly plane: string }> => ({
  field: 'plane',
  title: say('frame.plane'),
  of: ({ plane }) => [plane],
})

const patternOf = (plane: string): number =>
  [...plane].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 6, 0)
