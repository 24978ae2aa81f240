import { test } from 'node:test'
import { killsUnderLoad } from '../processes/kills.ts'

test('three processes on one PostgreSQL, one killed every few seconds, for five minutes', async () => {
  await killsUnderLoad(300, 4000)
})
