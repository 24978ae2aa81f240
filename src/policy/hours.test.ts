import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileHours } from './hours.ts'

/** 2026-11-27 is a Friday. */
const at = (utc: string) => Date.parse(`2026-11-${utc}Z`)

describe('The hours of a rule', () => {
  test('begin with their first minute and end before their last', () => {
    const hours = compileHours({ from: '08:30', to: '18:00' }, 'UTC')
    assert.deepEqual(
      ['27T08:29:59', '27T08:30:00', '27T17:59:59', '27T18:00:00', '29T12:00:00'].map((one) =>
        hours(at(one)),
      ),
      [false, true, true, false, true],
    )
  })

  test('are of the days that are named, Sunday and Saturday among them', () => {
    const hours = compileHours({ days: ['sun', 'fri'], from: '00:00', to: '24:00' }, 'UTC')
    assert.deepEqual(
      ['26', '27', '28', '29', '30'].map((day) => hours(at(`${day}T12:00:00`))),
      [false, true, false, true, false],
    )
  })

  test('end on the next day where they end before they begin', () => {
    const night = compileHours({ days: ['fri'], from: '22:00', to: '06:00' }, 'UTC')
    assert.deepEqual(
      [
        '27T05:00:00',
        '27T21:59:59',
        '27T22:00:00',
        '28T05:59:59',
        '28T06:00:00',
        '28T23:00:00',
      ].map((one) => night(at(one))),
      [false, false, true, true, false, false],
    )
    const saturday = compileHours({ days: ['sat'], from: '22:00', to: '06:00' }, 'UTC')
    assert.deepEqual(
      ['28T23:00:00', '29T05:00:00', '29T23:00:00', '28T05:00:00'].map((one) => saturday(at(one))),
      [true, true, false, false],
    )
  })

  test('are those of the clocks of the plane', () => {
    const hours = compileHours({ days: ['sat'], from: '00:00', to: '01:00' }, 'Europe/Istanbul')
    assert.equal(hours(at('27T21:30:00')), true)
    assert.equal(hours(at('28T00:30:00')), false)
  })
})
