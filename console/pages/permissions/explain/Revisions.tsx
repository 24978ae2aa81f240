import { NativeSelect } from '@mantine/core'
import { useAnswer } from '../../../api/queries.ts'
import { timeOf } from '../../../parts/instant.ts'
import { useRights } from '../../../parts/rights.ts'
import { useZone } from '../../../parts/when.tsx'
import { useWords } from '../../../words/words.ts'

/** The newest revisions of a plane, each with its time and what it changed. */
export const Revisions = ({
  plane,
  chosen = '',
  onChoose,
}: {
  readonly plane: string
  readonly chosen: string | undefined
  readonly onChoose: (revision: string | undefined) => void
}) => {
  const { say, language } = useWords()
  const zone = useZone()
  const { data } = useAnswer(
    '/api/v1/planes/{plane}/revisions',
    { params: { path: { plane }, query: { limit: 100 } } },
    { enabled: useRights(plane).plane },
  )
  const known = (data?.items ?? []).map(({ revision, at, summary }) => ({
    value: String(revision),
    label: `${say('call.revision', { revision })} · ${timeOf(at, language, zone, 'minute')} · ${summary}`,
  }))
  const isKnown = chosen === '' || known.some(({ value }) => value === chosen)
  return (
    <NativeSelect
      aria-label={say('explain.revision')}
      value={chosen}
      data={[
        { value: '', label: say('explain.revision.none') },
        ...(isKnown ? [] : [{ value: chosen, label: chosen }]),
        ...known,
      ]}
      onChange={(event) => onChoose(event.currentTarget.value || undefined)}
    />
  )
}
