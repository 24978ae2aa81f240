import { test } from 'node:test'
import { cross } from '../gateway/crossing/cross.ts'

test('no answer, notice or question of 100,000 calls by 200 callers under the same ids crosses to another', async () => {
  await cross(100_000, 2)
})
