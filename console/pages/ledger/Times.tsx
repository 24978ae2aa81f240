import { Popover, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { boundsOf, type Range } from '../../filters/time.ts'
import type { Zone } from '../../parts/instant.ts'
import { useZone } from '../../parts/when.tsx'
import { Button } from '../../ui/Button.tsx'
import { useWords } from '../../words/words.ts'

/** Two times to be typed, for whoever does not drag: they say what the brush says. */
export const Times = ({
  range,
  onRange,
}: {
  readonly range: Range
  readonly onRange: (from: number, to: number) => void
}) => {
  const { say } = useWords()
  const zone = useZone()
  const [isOpen, setOpen] = useState(false)
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const open = () => {
    const bounds = boundsOf(range, Date.now())
    setFrom(written(bounds.from, zone))
    setTo(written(bounds.to, zone))
    setOpen(!isOpen)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const [a, b] = [readTime(from, zone), readTime(to, zone)]
    if (!(a < b)) return
    setOpen(false)
    onRange(a, b)
  }
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button onClick={open} aria-expanded={isOpen} data-testid="ledger.times">
          {say('ledger.times')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <TextInput
            type="datetime-local"
            step={1}
            label={say('ledger.times.from')}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            step={1}
            label={say('ledger.times.to')}
            value={to}
            error={
              readTime(from, zone) < readTime(to, zone) ? undefined : say('ledger.times.wrong')
            }
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <Button type="submit" tone="main" mt="sm">
            {say('ledger.times.act')}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

/** As the field wants it: no zone, which is the one that the whole console is read in. */
const written = (at: number, zone: Zone): string => {
  const offsetMs = zone === 'utc' ? 0 : new Date(at).getTimezoneOffset() * 60_000
  return new Date(at - offsetMs).toISOString().slice(0, 19)
}
const readTime = (text: string, zone: Zone): number =>
  Date.parse(zone === 'utc' ? `${text}Z` : text)
