import { useEffect, useRef, useState } from 'react'
import { Problem } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { saveAs } from '../../ui/save.ts'
import { useWords } from '../../words/words.ts'
import styles from './Entries.module.css'
import { type Format, formats, listFile } from './list-file.ts'
import type { CallAsk } from './question.ts'
import { most, readList } from './read-list.ts'

interface Done {
  readonly name: string
  readonly count: number
  readonly isCut: boolean
}

const types = { csv: 'text/csv', jsonl: 'application/jsonl' } as const

/** The list as it is filtered, for a spreadsheet or a script: it proves nothing, and says so. */
export const SaveList = ({
  planes,
  ask,
}: {
  readonly planes: readonly string[]
  readonly ask: CallAsk
}) => {
  const { say } = useWords()
  const [busy, setBusy] = useState<Format>()
  const [count, setCount] = useState(0)
  const [ended, setEnded] = useState<Done | Problem>()
  const stop = useRef<AbortController>(undefined)
  useEffect(() => () => stop.current?.abort(), [])
  const act = async (format: Format) => {
    const control = new AbortController()
    const { signal } = control
    stop.current = control
    setBusy(format)
    setEnded(undefined)
    try {
      const { rows, isCut } = await readList(planes, ask, { signal, onRows: setCount })
      const name = `calls.${format}`
      saveAs(new Blob([listFile(format, rows)], { type: types[format] }), name)
      setEnded({ name, count: rows.length, isCut })
    } catch (thrown) {
      if (signal.aborted) return
      if (!(thrown instanceof Problem)) throw thrown
      setEnded(thrown)
    }
    setBusy(undefined)
  }
  return (
    <section className={styles.saved} aria-label={say('ledger.list')}>
      <h3>{say('ledger.list')}</h3>
      <p>{say('ledger.list.says')}</p>
      <div className={styles.line}>
        {formats.map((format) => (
          <Button key={format} loading={busy === format} onClick={() => void act(format)}>
            {say(`ledger.list.${format}`)}
          </Button>
        ))}
      </div>
      <div role="status">
        {busy && <p>{say('ledger.list.busy', { count })}</p>}
        {ended && !(ended instanceof Problem) && (
          <p>
            {say('ledger.list.done', { name: ended.name, count: ended.count })}{' '}
            {ended.isCut && say('ledger.list.cut', { most })}
          </p>
        )}
      </div>
      {ended instanceof Problem && <Failed what={say('ledger.list')} problem={ended} />}
    </section>
  )
}
