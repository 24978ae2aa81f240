import type { Answer } from '../api/client.ts'
import type { Key, Words } from '../words/words.ts'

/** The path of a call as the API answers it: six stations in their order, each with its state. */
export type CallPath = Answer<'get', '/api/v1/planes/{plane}/calls'>['items'][number]['path']
export type Step = CallPath[number]
export type Station = Step['station']
export type StationState = Step['state']

export const stations = [
  'authenticate',
  'permit',
  'limit',
  'credential',
  'forward',
  'record',
] as const satisfies readonly Station[]

/** Shape first (console.md §5.5): distinct in one colour, in print and for whoever sees no colour. */
export const glyphs: Readonly<Record<StationState, string>> = {
  passed: '●',
  denied: '■',
  limited: '‖',
  held: '◆',
  failed: '▲',
  'not reached': '○',
  recorded: '◉',
  unknown: '?',
}

const words: Readonly<Record<StationState, Key>> = {
  passed: 'ui.outcome.passed',
  denied: 'ui.outcome.denied',
  limited: 'ui.outcome.limited',
  held: 'ui.outcome.held',
  failed: 'ui.outcome.failed',
  'not reached': 'ui.outcome.notReached',
  recorded: 'ui.outcome.recorded',
  unknown: 'ui.outcome.unknown',
}
export const sayState = ({ say }: Words, state: StationState): string => say(words[state])
export const sayStation = ({ say }: Words, station: Station): string => say(`ui.station.${station}`)

const refusing: ReadonlySet<StationState> = new Set([
  'denied',
  'limited',
  'held',
  'failed',
  'unknown',
])

/** The station where the road ended before its end; undefined where the call went all the way. */
export const stopOf = (path: CallPath): Step | undefined =>
  path.find(({ state }) => refusing.has(state))

/** Called under way: it has reached the server, and its outcome is not recorded. */
export const isUnderWay = (path: CallPath): boolean =>
  path.some(({ station, state }) => station === 'record' && state === 'not reached')

/** The line leaves the road at the stop and still ends in Record; after Forward there is nothing to leave. */
export const leavesRoad = (path: CallPath): boolean => {
  const stop = stopOf(path)
  return stop !== undefined && stop.station !== 'forward'
}

/** For whoever does not see the shapes: every station that was reached, in words. */
export const tellPath = (words: Words, path: CallPath): string =>
  path
    .filter(({ state }) => state !== 'not reached')
    .map(({ station, state, note }) => {
      const values = { station: sayStation(words, station), state: sayState(words, state) }
      return note === undefined
        ? words.say('ui.strip.step', values)
        : words.say('ui.strip.stepNote', { ...values, note })
    })
    .join('; ')

/** `A:passed P:denied L:not-reached …`: what a test reads. */
export const dataPath = (path: CallPath): string =>
  path
    .map(({ station, state }) => `${station.charAt(0).toUpperCase()}:${state.replace(' ', '-')}`)
    .join(' ')
