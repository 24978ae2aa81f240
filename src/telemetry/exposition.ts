import { bounds, type Family, type Series, type Spread } from './family.ts'
import { prometheusName } from './rows.ts'

/** Prometheus's text format 0.0.4, which everything that scrapes reads. */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Families without a figure are left out. */
export const expose = (families: Iterable<Family>): string => {
  const lines: string[] = []
  for (const family of families) {
    const { row } = family
    const name = prometheusName(row)
    const before = lines.length
    for (const series of family.all()) {
      if (row.kind === 'histogram') lines.push(...spread(name, row.labels, series as Spread))
      else lines.push(`${name}${labels(row.labels, series)} ${series.value}`)
    }
    if (lines.length > before)
      lines.splice(before, 0, `# HELP ${name} ${said(row.says)}`, `# TYPE ${name} ${row.kind}`)
  }
  return `${lines.join('\n')}\n`
}

const spread = (name: string, names: readonly string[], series: Spread): string[] => {
  let below = 0
  const lines = series.counts.map((count, at) => {
    below += count
    const le = `le="${bounds[at] ?? '+Inf'}"`
    return `${name}_bucket${labels(names, series, le)} ${below}`
  })
  return [
    ...lines,
    `${name}_sum${labels(names, series)} ${series.value}`,
    `${name}_count${labels(names, series)} ${below}`,
  ]
}

const labels = (names: readonly string[], series: Series, ...more: string[]): string => {
  const pairs = names.map((name, at) => `${name}="${quoted(series.labels[at] ?? '')}"`)
  const all = [...pairs, ...more]
  return all.length === 0 ? '' : `{${all.join(',')}}`
}

const said = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const quoted = (text: string): string => said(text).replaceAll('"', '\\"')
