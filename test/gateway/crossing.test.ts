import { test } from 'node:test'
import { cross } from './crossing/cross.ts'

test('no answer, notice or question of 10,000 calls by 200 callers under the same ids crosses to another', async () => {
  await cross(10_000, 1)
})
