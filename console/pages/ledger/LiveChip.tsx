import { timeOf } from '../../parts/instant.ts'
import { useZone } from '../../parts/when.tsx'
import { Button } from '../../ui/Button.tsx'
import { useWords } from '../../words/words.ts'
import { type Live, mostCounted } from './use-live.ts'

/** Whether the list follows what happens, and why not where it does not. */
export const LiveChip = ({
  live: { state, since },
  onToggle,
}: {
  readonly live: Live
  readonly onToggle: () => void
}) => {
  const { say, language } = useWords()
  const zone = useZone()
  const when = timeOf(since, language, zone, 'minute')
  const isOn = state !== 'off' && state !== 'fixed'
  return (
    <Button
      onClick={onToggle}
      aria-pressed={isOn}
      data-testid="ledger.live"
      data-state={state}
      leftSection={<span aria-hidden="true">{state === 'live' ? '●' : '○'}</span>}
    >
      {state === 'reconnecting' ? say('frame.reconnecting', { when }) : say(`ledger.live.${state}`)}
    </Button>
  )
}

/** What has come waits behind it, so that no row moves under who reads. */
export const NewPill = ({ live, onTake }: { readonly live: Live; readonly onTake: () => void }) => {
  const { say, number } = useWords()
  if (live.waiting === 0 || live.state === 'live') return null
  const count = `${number(live.waiting)}${live.waiting >= mostCounted ? '+' : ''}`
  return (
    <Button tone="main" data-testid="ledger.new" data-count={live.waiting} onClick={onTake}>
      {say('ledger.live.new', { count })} ↑
    </Button>
  )
}
