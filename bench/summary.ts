import type { Sample } from './measure.ts'
import type { Measured } from './rounds.ts'
import { names } from './rows.ts'
import { nameOf, type Setting } from './setting.ts'

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2
}

/** One row at one setting: medians over the rounds, and the spread of what matters most. */
export interface Line {
  readonly setting: string
  readonly row: string
  readonly about: string
  readonly cpuUs: number
  readonly cpuLeastUs: number
  readonly cpuMostUs: number
  /** CPU against nginx and the SDK proxy's CPU against it, in the same round; medians. */
  readonly timesNginx: number | undefined
  readonly sdkTimes: number | undefined
  readonly callsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The load generator's own CPU per call: where it is above what a row takes, it bounds calls/s. */
  readonly loadUs: number
}

export const summarize = (
  measured: readonly Measured[],
  settings: readonly Setting[],
): readonly Line[] =>
  settings.flatMap((setting) => {
    const here = measured.filter((one) => one.setting === setting)
    const cpuOf = (row: string) =>
      here.find((one) => one.row === row)?.samples.map((sample) => sample.cpuUs)
    return here.map((one) => lineOf(one, cpuOf(names.nginx), cpuOf(names.sdk)))
  })

const lineOf = (
  { row, about, setting, samples }: Measured,
  nginx: readonly number[] | undefined,
  sdk: readonly number[] | undefined,
): Line => {
  const of = (pick: (sample: Sample) => number) => median(samples.map(pick))
  const cpu = samples.map((sample) => sample.cpuUs)
  return {
    setting: nameOf(setting),
    row,
    about,
    cpuUs: median(cpu),
    cpuLeastUs: Math.min(...cpu),
    cpuMostUs: Math.max(...cpu),
    timesNginx: nginx && row !== names.direct ? medianRatio(cpu, nginx) : undefined,
    sdkTimes: sdk && row !== names.direct ? medianRatio(sdk, cpu) : undefined,
    callsPerSecond: of((sample) => sample.callsPerSecond),
    p50Ms: of((sample) => sample.p50Ms),
    p99Ms: of((sample) => sample.p99Ms),
    loadUs: of((sample) => sample.loadUs),
  }
}

/** Round by round, because what slows one of two neighbouring windows slows the other as well. */
const medianRatio = (above: readonly number[], below: readonly number[]): number =>
  median(above.map((value, round) => value / (below[round] ?? Number.NaN)))
