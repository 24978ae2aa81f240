import type { Share, ThreadProfile } from './profile.ts'
import type { Line } from './summary.ts'

const digits = (value: number | undefined, places: number): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(places)

/** Columns as wide as their widest cell; the first one to the left, the others to the right. */
export const formatTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string => {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const format = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  return all.map((row) => `  ${format(row)}`).join('\n')
}

export const formatLines = (lines: readonly Line[]): string => {
  const settings = [...new Set(lines.map((line) => line.setting))]
  return settings
    .map((setting) => {
      const rows = lines
        .filter((line) => line.setting === setting)
        .map((line) => [
          line.row,
          digits(line.cpuUs, 0),
          `${digits(line.cpuLeastUs, 0)}–${digits(line.cpuMostUs, 0)}`,
          digits(line.timesNginx, 1),
          digits(line.sdkTimes, 1),
          digits(line.callsPerSecond, 0),
          digits(line.p50Ms, 2),
          digits(line.p99Ms, 2),
        ])
      return `\n${setting}\n${formatTable(columns, rows)}`
    })
    .join('\n')
}

const columns = [
  '',
  'CPU µs/call',
  'least–most',
  '× nginx',
  'SDK ÷ it',
  'calls/s',
  'p50 ms',
  'p99 ms',
]

export const formatProfile = ({ thread, busy, ...profile }: ThreadProfile): string => {
  const part = (title: string, shares: readonly Share[]) =>
    formatTable(
      [title, '% of it'],
      shares.map(({ name, place, share }) => [`${name}  ${place}`, digits(share * 100, 1)]),
    )
  const said = `\n${thread}, busy ${digits(busy * 100, 0)} % of the time`
  if (busy < 0.01) return said
  const parts = [
    part('on top of the stack', profile.functions),
    part('innermost of ours', profile.owners),
    part('where the function on top stands', profile.rooms),
  ]
  return `${said}\n${parts.join('\n\n')}`
}
