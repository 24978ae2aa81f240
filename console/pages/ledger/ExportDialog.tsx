import { Checkbox, Select } from '@mantine/core'
import { useRef, useState } from 'react'
import { Problem } from '../../api/problem.ts'
import { boundsOf, frozen, type Range, readRange, sinceUntil } from '../../filters/time.ts'
import { timeOf } from '../../parts/instant.ts'
import { useZone } from '../../parts/when.tsx'
import { Button } from '../../ui/Button.tsx'
import { CopyBlock } from '../../ui/Copy.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { saveAs } from '../../ui/save.ts'
import { useWords } from '../../words/words.ts'
import { exportBundle, verifyOf } from './bundle.ts'
import type { CallAsk } from './question.ts'
import { SaveList } from './SaveList.tsx'

interface Props {
  readonly planes: readonly string[]
  readonly range: Range
  readonly hasFilters: boolean
  /** What the list shows: for files of it alone, which prove nothing. */
  readonly ask: CallAsk
  readonly onClose: () => void
}

type State = 'asked' | 'busy' | 'done' | Problem

/** What goes out, who may read it, and how whoever gets it proves it without us. */
export const ExportDialog = ({ planes, range, hasFilters, ask, onClose }: Props) => {
  const { say, language, number } = useWords()
  const zone = useZone()
  // From when it was asked: what happens meanwhile is not a part of it.
  const [fixed] = useState(() => readRange(frozen(range, Date.now())) ?? range)
  const [plane, setPlane] = useState(planes[0] ?? '')
  const [payloads, setPayloads] = useState(false)
  const [disclose, setDisclose] = useState(false)
  const [state, setState] = useState<State>('asked')
  const [bytes, setBytes] = useState(0)
  const stop = useRef<AbortController>(undefined)
  const { from, to } = boundsOf(fixed, Date.now())
  const when = (at: number) => timeOf(at, language, zone, 'full')
  const name = `${plane}-evidence.tar`
  const close = () => {
    stop.current?.abort()
    onClose()
  }
  const act = async () => {
    const control = new AbortController()
    stop.current = control
    setState('busy')
    try {
      const about = { ...sinceUntil(fixed), payloads, disclose }
      const { signal } = control
      saveAs(await exportBundle(plane, about, { signal, onBytes: setBytes }), name)
      setState('done')
    } catch (thrown) {
      if (control.signal.aborted) return
      if (!(thrown instanceof Problem)) throw thrown
      setState(thrown)
    }
  }
  return (
    <Dialog
      title={say('ledger.export.title', { plane })}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{say(state === 'done' ? 'ui.close' : 'ui.cancel')}</Button>
          {state !== 'done' && (
            <Button tone="main" loading={state === 'busy'} onClick={() => void act()}>
              {say('ledger.export.act')}
            </Button>
          )}
        </>
      }
    >
      {planes.length > 1 && (
        <Select
          label={say('frame.plane')}
          data={[...planes]}
          value={plane}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          onChange={(one) => one && setPlane(one)}
        />
      )}
      <p>{say('ledger.export.range', { from: when(from), to: when(to) })}</p>
      {hasFilters && <p>{say('ledger.export.whole')}</p>}
      <p>{say('ledger.export.holds')}</p>
      <Checkbox
        label={say('ledger.export.payloads')}
        description={say('ledger.export.payloads.says')}
        checked={payloads}
        onChange={(event) => setPayloads(event.currentTarget.checked)}
      />
      <Checkbox
        label={say('ledger.export.disclose')}
        description={say('ledger.export.disclose.says')}
        checked={disclose}
        onChange={(event) => setDisclose(event.currentTarget.checked)}
      />
      <p>{say('ledger.export.entry')}</p>
      <div role="status">
        {state === 'busy' && <p>{say('ledger.export.bytes', { bytes: number(bytes) })}</p>}
        {state === 'done' && <p>{say('ledger.export.done', { name, bytes: number(bytes) })}</p>}
      </div>
      {state === 'done' && (
        <CopyBlock isElsewhere text={`tar xf ${name}\n${verifyOf(`${plane}-evidence`)}`} />
      )}
      {state instanceof Problem && <Failed what={say('ledger.export')} problem={state} />}
      <SaveList planes={planes} ask={{ ...ask, ...sinceUntil(fixed) }} />
    </Dialog>
  )
}
