import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { Fault } from '#lib/fault.ts'
import { type Setup, setUp, sound, stream } from './setup.ts'

const byChance = 'CanaryCanary0123456789XyZwVuTsRqPoNmLk'

/** One of each family that is found: by its shape, by chance, by what stands before it. */
const canaries = [
  `ghp_${'cAnaRy7'.repeat(5)}`,
  'sk-canary-canary-0123456789',
  'Bearer canary0123456789canary',
  'https://user:canary0123456789@calendar.internal/mcp',
  'https://calendar.internal/mcp?api_key=canary0123456789',
  byChance,
  '-----BEGIN PRIVATE KEY-----canary0123456789',
]
/** What of them must not be seen again. */
const tell = /cAnaRy7cAn|canary-canary|canary0123|Canary0123/i

type Json = null | string | number | boolean | Json[] | { [key: string]: Json }

/** The document with the canary in the place of each text, and of each key, in turn. */
function* planted(value: Json, canary: string): Generator<Json> {
  if (typeof value === 'string') yield canary
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      for (const inner of planted(item, canary)) yield value.with(at, inner)
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      for (const inner of planted(member, canary)) yield { ...value, [key]: inner }
      const { [key]: _, ...others } = value
      // A name that looks like chance may be the name of a tool.
      if (canary !== byChance) yield { ...others, [canary]: member }
    }
  }
}

async function outcome({ apply }: Setup, text: string): Promise<string> {
  try {
    return JSON.stringify(await apply(text))
  } catch (thrown) {
    assert.ok(thrown instanceof Fault, String(thrown))
    return JSON.stringify([thrown, thrown.message, thrown.detail, thrown.fix, thrown.stack])
  }
}

describe('attack: a secret is put into a file by mistake', () => {
  for (const canary of canaries) {
    test(`${canary.slice(0, 6)}… anywhere is in no message, no diff and no store`, async (context) => {
      const setup = await setUp(context)
      await setup.apply(sound)
      const documents = parseAllDocuments(sound).map((one) => one.toJS() as Json)
      for (const [index, document] of documents.entries()) {
        for (const bad of planted(document, canary)) {
          const text = stream(
            ...documents.with(index, bad).map((one) => `${JSON.stringify(one)}\n`),
          )
          assert.doesNotMatch(await outcome(setup, text), tell, JSON.stringify(bad))
        }
      }
      assert.equal(await setup.store.revisions.newest(), 1)
      assert.doesNotMatch(setup.change.exportDocuments(), tell)
    })
  }

  test('in a file that is no YAML is in no message either', async (context) => {
    const setup = await setUp(context)
    for (const canary of canaries) {
      for (const text of [
        `key: "${canary}\n`,
        `@${canary}`,
        `a: *${canary}`,
        `? [${canary}`,
        `%${canary}\n`,
        `a: 1\n${canary}`,
      ]) {
        assert.doesNotMatch(await outcome(setup, text), tell)
      }
    }
  })
})
