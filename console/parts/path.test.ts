import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { en } from '../words/en.ts'
import { createWords } from '../words/words.ts'
import {
  type CallPath,
  dataPath,
  glyphs,
  leavesRoad,
  type Station,
  type StationState,
  stations,
  stopOf,
  tellPath,
} from './path.ts'

const words = createWords('en', en)

/** Every state that a road can end in, with its shapes, as the terminal draws them, and its words. */
const golden: readonly (readonly [
  stop: Station,
  state: StationState,
  shapes: string,
  says: string,
])[] = [
  [
    'permit',
    'denied',
    '●■○○○◉',
    'Authenticate: passed; Permit: denied, no grant; Record: recorded',
  ],
  ['permit', 'held', '●◆○○○◉', 'Authenticate: passed; Permit: held, no grant; Record: recorded'],
  [
    'limit',
    'limited',
    '●●‖○○◉',
    'Authenticate: passed; Permit: passed; Limit: limited, no grant; Record: recorded',
  ],
  [
    'credential',
    'failed',
    '●●●▲○◉',
    'Authenticate: passed; Permit: passed; Limit: passed; Credential: failed, no grant; Record: recorded',
  ],
  [
    'forward',
    'unknown',
    '●●●●?◉',
    'Authenticate: passed; Permit: passed; Limit: passed; Credential: passed; Forward: outcome unknown, no grant; Record: recorded',
  ],
]

const pathTo = (stop: Station, state: StationState): CallPath =>
  stations.map((station, at) => {
    if (station === 'record') return { station, state: 'recorded' }
    if (station === stop) return { station, state, note: 'no grant' }
    return { station, state: at < stations.indexOf(stop) ? 'passed' : 'not reached' }
  })

describe('The strip', () => {
  for (const [stop, state, shapes, says] of golden)
    test(`of a call that ends at ${stop}, ${state}, is ${shapes}`, () => {
      const path = pathTo(stop, state)
      assert.equal(path.map((step) => glyphs[step.state]).join(''), shapes)
      assert.equal(tellPath(words, path), says)
      assert.equal(stopOf(path)?.station, stop)
      assert.equal(leavesRoad(path), stop !== 'forward')
    })

  test('of a call that went all the way stops nowhere', () => {
    const path = pathTo('forward', 'passed')
    assert.equal(stopOf(path), undefined)
    assert.equal(dataPath(path), 'A:passed P:passed L:passed C:passed F:passed R:recorded')
  })
})
