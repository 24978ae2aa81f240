import { Select } from '@mantine/core'
import { readRange } from '../filters/time.ts'
import { timeOf } from '../parts/instant.ts'
import { useZone } from '../parts/when.tsx'
import { useWords } from '../words/words.ts'

const usual = ['1h', '24h', '7d', '30d'] as const

/** Relative stretches, and the fixed one of the address where there is one. Chosen by brushing, too. */
export const RangePicker = ({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (t: string) => void
}) => {
  const { say, language } = useWords()
  const zone = useZone()
  const range = readRange(value)
  const options: { value: string; label: string }[] = usual.map((t) => ({
    value: t,
    label: say(`ui.time.${t}`),
  }))
  if (range?.kind === 'fixed')
    options.push({
      value,
      label: say('ui.time.fixed', {
        from: timeOf(range.from, language, zone, 'minute'),
        to: timeOf(range.to, language, zone, 'minute'),
      }),
    })
  else if (!options.some((one) => one.value === value)) options.push({ value, label: value })
  return (
    <Select
      size="xs"
      aria-label={say('ui.time.range')}
      data={options}
      value={value}
      allowDeselect={false}
      onChange={(t) => t && onChange(t)}
      w={range?.kind === 'fixed' ? 300 : 160}
    />
  )
}
