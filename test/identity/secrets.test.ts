import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecrets } from '#identity/secrets.ts'
import { about } from '../change/door.ts'
import { createWorld, ops, planner } from './world.ts'

test('once a secret is replaced the one before is wrong, even for whom it was being compared already', async () => {
  const { parts } = await createWorld()
  const secrets = await createSecrets(parts)
  parts.change.onChange(({ changes }) => secrets.follow(changes))
  const before = await secrets.set(ops, planner, about)
  const answered: string[] = []
  const checks = Array.from({ length: 20 }, async () => {
    const answer = await secrets.check(ops, planner, before)
    answered.push(answer === true ? 'right' : 'wrong')
  })
  const replaced = secrets.set(ops, planner, about).then(() => answered.push('replaced'))
  await Promise.all([...checks, replaced])
  const after = answered.slice(answered.indexOf('replaced') + 1)
  assert(after.length > 0, 'the new secret came before the last comparison of the old one')
  assert.deepEqual([...new Set(after)], ['wrong'])
})

test('secrets are kept until their agents are gone, whatever the policy says while it is loaded', async () => {
  const { parts, policy } = await createWorld()
  const secret = await (await createSecrets(parts)).set(ops, planner, about)
  policy.planes.delete(ops)
  policy.remove(ops, 'planner')
  const secrets = await createSecrets(parts)
  policy.planes.add(ops)
  policy.put(ops, 'planner', ['workplace-ai'], true)
  assert.equal(await secrets.check(ops, planner, secret), true)
})
