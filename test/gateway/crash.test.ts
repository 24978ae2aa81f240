// Runs on both stores.
import { test } from 'node:test'
import { crash } from './crash.ts'

test('kill -9 under load loses no answered call, no executed one and no quota, five times', async () => {
  await crash(5, (round) => 40 + round * 37)
})
