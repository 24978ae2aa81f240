import { useWords } from '../words/words.ts'
import { Glyph } from './Glyph.tsx'
import { type StationState, sayState } from './path.ts'
import './strip.css'

/** Shape and word, in a chip of its tint. */
export const Outcome = ({
  state,
  children,
}: {
  readonly state: StationState
  readonly children?: string
}) => {
  const words = useWords()
  return (
    <span className="strip" data-outcome={state}>
      <svg width={12} height={12} viewBox="0 0 12 12" aria-hidden="true">
        <Glyph state={state} x={6} y={6} r={4.5} />
      </svg>
      {children ?? sayState(words, state)}
    </span>
  )
}
