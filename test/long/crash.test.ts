import { test } from 'node:test'
import { crash } from '../gateway/crash.ts'

test('kill -9 under load loses no answered call, no executed one and no quota, fifty times', async () => {
  await crash(50, (round) => 5 + ((round * 53) % 190))
})
