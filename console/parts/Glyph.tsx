import type { StationState } from './path.ts'

/** One of our own shapes in a square of 12, drawn at a point. Its colour is its state's. */
export const Glyph = ({
  state,
  x,
  y,
  r = 5,
}: {
  readonly state: StationState
  readonly x: number
  readonly y: number
  readonly r?: number
}) => {
  const at = { className: `glyph glyph-${state.replace(' ', '-')}` }
  switch (state) {
    case 'passed':
      return <circle {...at} cx={x} cy={y} r={r} />
    case 'denied':
      return <rect {...at} x={x - r} y={y - r} width={2 * r} height={2 * r} />
    case 'limited':
      return (
        <path
          {...at}
          d={`M${x - r * 0.8} ${y - r}h${r * 0.6}v${2 * r}h${-r * 0.6}zM${x + r * 0.2} ${y - r}h${r * 0.6}v${2 * r}h${-r * 0.6}z`}
        />
      )
    case 'held':
      return (
        <path
          {...at}
          d={`M${x} ${y - r * 1.2}l${r * 1.2} ${r * 1.2}l${-r * 1.2} ${r * 1.2}l${-r * 1.2} ${-r * 1.2}z`}
        />
      )
    case 'failed':
      return <path {...at} d={`M${x} ${y - r}l${r * 1.1} ${2 * r}h${-2.2 * r}z`} />
    case 'not reached':
      return <circle {...at} cx={x} cy={y} r={r - 1} />
    case 'recorded':
      return (
        <g {...at}>
          <circle className="glyph-ring" cx={x} cy={y} r={r - 0.5} />
          <circle cx={x} cy={y} r={r * 0.45} />
        </g>
      )
    case 'unknown':
      return (
        <text {...at} x={x} y={y} fontSize={r * 2.6}>
          ?
        </text>
      )
  }
}
