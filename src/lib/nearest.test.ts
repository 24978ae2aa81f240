import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean, nearest } from './nearest.ts'

test('the nearest candidate is one slip in three characters away at most', () => {
  const keys = ['tools', 'prompts', 'resources', 'server', 'class']
  assert.equal(nearest('tool', keys), 'tools')
  assert.equal(nearest('sevrer', keys), 'server')
  assert.equal(nearest('Resource', keys), 'resources')
  assert.equal(nearest('xyzzy', keys), undefined)
  assert.equal(nearest('', keys), undefined)
})

test('of two that are equally near the first is meant', () => {
  assert.equal(nearest('cat', ['bat', 'hat']), 'bat')
})

test('a swap of neighbours is one slip', () => {
  assert.equal(nearest('ab', ['ba', 'xy']), 'ba')
})

test('nothing is asked where nothing is near', () => {
  assert.equal(didYouMean('planer', ['planner']), '; did you mean planner?')
  assert.equal(didYouMean('planer', []), '')
})
