import type { ReactNode } from 'react'
import { useWords } from '../words/words.ts'
import { Glyph } from './Glyph.tsx'
import {
  type CallPath,
  dataPath,
  isUnderWay,
  leavesRoad,
  type Station,
  sayState,
  sayStation,
  stopOf,
  tellPath,
} from './path.ts'
import './strip.css'

const step = 160
/** Each shape stands over the beginning of its station's text. */
const x = (at: number): number => 9 + at * step

/**
 * The whole sentence: the road from Authenticate to Record with its shapes, and under each station its
 * facts. `facts` adds to what the path itself says: who, which rule, how much of a limit, which entry.
 */
export const FullStrip = ({
  path,
  facts = {},
  travels = false,
}: {
  readonly path: CallPath
  readonly facts?: Readonly<Partial<Record<Station, ReactNode>>>
  /** Draws it once along the road, for a call that has just come. */
  readonly travels?: boolean
}) => {
  const words = useWords()
  return (
    <div className={travels ? 'strip-full strip-travels' : 'strip-full'} data-path={dataPath(path)}>
      <svg
        viewBox={`0 0 ${6 * step} 40`}
        width="100%"
        role="img"
        aria-label={tellPath(words, path)}
        preserveAspectRatio="xMidYMid meet"
      >
        <Road path={path} />
        {path.map(({ station, state }, at) => (
          <g key={station} className="strip-dot">
            <circle cx={x(at)} cy={12} r={11} fill="var(--surface)" />
            <Glyph state={state} x={x(at)} y={12} r={8} />
          </g>
        ))}
      </svg>
      <dl className="strip-stations">
        {path.map(({ station, state, ms, note }) => (
          <div key={station} className="strip-station">
            <dt>{sayStation(words, station)}</dt>
            <dd className="strip-state">{sayState(words, state)}</dd>
            {note !== undefined && <dd>{note}</dd>}
            {facts[station] !== undefined && <dd>{facts[station]}</dd>}
            {ms !== undefined && <dd>{words.number(ms, { maximumFractionDigits: 1 })} ms</dd>}
          </div>
        ))}
      </dl>
    </div>
  )
}

/** Up to the stop, then beside the road to Record: every path ends there. */
const Road = ({ path }: { readonly path: CallPath }) => {
  const stop = stopOf(path)
  const at = stop ? path.indexOf(stop) : 5
  const waits = path.some(({ note }) => note === 'input required') || isUnderWay(path)
  if (stop && leavesRoad(path))
    return (
      <>
        <path className="road" d={`M${x(0)} 12H${x(at)}`} />
        <path className="road" d={`M${x(at)} 12v14q0 8 8 8H${x(5) - 8}q8 0 8 -8V12`} />
      </>
    )
  return (
    <>
      <path className="road" d={`M${x(0)} 12H${x(4)}`} />
      <path className={waits ? 'road road-open' : 'road'} d={`M${x(4)} 12H${x(5)}`} />
    </>
  )
}
