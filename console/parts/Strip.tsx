import { useWords } from '../words/words.ts'
import { Glyph } from './Glyph.tsx'
import { type CallPath, dataPath, sayState, sayStation, stopOf, tellPath } from './path.ts'
import './strip.css'

const gap = 12

/** 72 × 12, for a row: six shapes at fixed places, so that a column shows by its edge where calls stop. */
export const MicroStrip = ({ path }: { readonly path: CallPath }) => {
  const words = useWords()
  const says = tellPath(words, path)
  return (
    <svg
      width={72}
      height={12}
      viewBox="0 0 72 12"
      role="img"
      aria-label={says}
      data-path={dataPath(path)}
    >
      <title>{says}</title>
      {path.map(({ station, state }, at) => (
        <Glyph key={station} state={state} x={6 + at * gap} y={6} r={4} />
      ))}
    </svg>
  )
}

/** The same with the word of the station where the road ended. */
export const RowStrip = ({ path }: { readonly path: CallPath }) => {
  const words = useWords()
  const stop = stopOf(path)
  return (
    <span className="strip">
      <MicroStrip path={path} />
      {stop && (
        <span>
          {sayStation(words, stop.station)}
          <span className="visually-hidden"> {sayState(words, stop.state)}</span>
        </span>
      )}
    </span>
  )
}
