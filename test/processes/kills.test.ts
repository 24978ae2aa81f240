import { test } from 'node:test'
import { killsUnderLoad } from './kills.ts'

test('three processes on one PostgreSQL, one killed every few seconds: nothing lost, nothing twice, nobody’s answer to another', async () => {
  await killsUnderLoad(30, 5000)
})
