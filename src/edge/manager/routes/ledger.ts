import { z } from 'zod'
import { Fault } from '#lib/fault.ts'
import { sendLines } from '#lib/send-lines.ts'
import { readEntry } from '#manager/entries.ts'
import { exportLedger, ledgerKeys, linesOf, proveEntry } from '#manager/evidence.ts'
import { acceptLedger, rollLedgerKey } from '#manager/ledgers.ts'
import { reindex } from '#manager/reindex.ts'
import { type VerifyLine, verifyHere } from '#manager/verifying.ts'
import { route } from '../route.ts'
import { sightOf } from '../sight.ts'

const position = z.int().min(1)
const written = z.string().min(1).max(100)

const plane = z.string()
const keysAnswer = z.strictObject({
  plane,
  origin: z.string(),
  keys: z.array(
    z.strictObject({ key: z.string(), position: z.int(), proof: z.string().optional() }),
  ),
})
const proofAnswer = z.strictObject({ plane, position: z.int(), proof: z.string() })
const entryAnswer = z.strictObject({
  plane,
  position: z.int(),
  entry: z.looseObject({ type: z.string(), at: z.int().describe('UTC milliseconds.') }),
  call: z.string().optional().describe('That it is of.'),
})
const rolledAnswer = z.strictObject({
  plane,
  before: z.string().describe('SHA-256 of the public key, in hexadecimal.'),
  now: z.string().describe('The same.'),
})
const acceptedAnswer = z.strictObject({ plane, origin: z.string(), problem: z.string() })
const reindexedAnswer = z.strictObject({
  plane,
  cursor: z.int().describe('Entries that the index has taken.'),
  size: z.int().describe('Of so many.'),
  elsewhere: z.boolean().describe('Another process does it.'),
})

async function* jsonLines(
  first: IteratorResult<VerifyLine>,
  rest: AsyncGenerator<VerifyLine>,
): AsyncGenerator<string> {
  try {
    if (first.done) return
    yield JSON.stringify(first.value)
    for await (const line of rest) yield JSON.stringify(line)
  } finally {
    await rest.return(undefined)
  }
}

export const ledgerRoutes = [
  route(
    'POST',
    '/planes/{plane}/ledger/export',
    {
      needs: 'calls.read',
      says: 'A bundle that proves a range of the ledger, for who may also read revisions: one JSON object a line, `file` and `bytes` (base64), to be written one behind the other; the last line is `{"end":true}`. Who exported what is an entry.',
      body: z.strictObject({
        from: position.optional().describe('Of the first entry.'),
        to: z.int().min(0).optional().describe('Of the last one.'),
        since: written.optional().describe('An instant, or how long ago: 2h, 7d.'),
        until: written.optional().describe('The same; not included.'),
        payloads: z.boolean().default(false).describe('What is encrypted beside the entries too.'),
        disclose: z
          .boolean()
          .default(false)
          .describe('Arguments and results in the clear, for whoever may read them.'),
      }),
      answer: undefined,
      status: 200,
      streams: 'lines',
    },
    async ({ access, body, desk, path, response }) => {
      const { plane } = path
      access.check('revisions.read', plane)
      if (body.disclose) access.check('arguments.read', plane)
      const lines = linesOf(await exportLedger(desk, { ...body, plane }))
      // Cut off without its last line, it is taken for what it is.
      await sendLines(response, lines).catch(() => response.destroy())
      return undefined
    },
  ),
  route(
    'POST',
    '/planes/{plane}/ledger/verify',
    {
      needs: 'calls.read',
      says: 'Verifies the whole ledger where it lies, as `bailiwick verify` does, for who may also read revisions: one JSON object a line, `done` and `of` as it goes on, and last `verdict`. One at a time; whoever hangs up ends it.',
      body: z.strictObject({}),
      answer: undefined,
      status: 200,
      streams: 'lines',
    },
    async ({ access, desk, path, response }) => {
      access.check('revisions.read', path.plane)
      const lines = verifyHere(desk, path)
      // What refuses it is told before anything is answered.
      const first = await lines.next()
      await sendLines(response, jsonLines(first, lines)).catch(() => response.destroy())
      return undefined
    },
  ),
  route(
    'GET',
    '/planes/{plane}/ledger/keys',
    {
      needs: 'status.read',
      says: 'The verifier keys of the ledger, oldest first, each with the proof of its entry.',
      answer: keysAnswer,
    },
    ({ desk, path }) => ledgerKeys(desk, path),
  ),
  route(
    'GET',
    '/planes/{plane}/ledger/entries/{position}',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'One entry by its number: of a call that you may read, or of policy for who may read revisions.',
      answer: entryAnswer,
    },
    async (asked) => {
      const { plane, position } = asked.path
      if (!/^[1-9][0-9]{0,14}$/.test(position)) throw new Fault('not_found')
      const input = { plane, position: Number(position) }
      const { entry, ...rest } = await readEntry(asked.desk, input, sightOf(asked))
      return { ...rest, entry: { ...entry } }
    },
  ),
  route(
    'GET',
    '/planes/{plane}/ledger/entries/{position}/proof',
    {
      needs: 'calls.read',
      says: 'A tlog-proof of one entry, for who may also read revisions; it says nothing of any other.',
      answer: proofAnswer,
    },
    ({ access, desk, path: { plane, position } }) => {
      access.check('revisions.read', plane)
      return proveEntry(desk, { plane, position: Number(position) })
    },
  ),
  route(
    'POST',
    '/planes/{plane}/ledger/key',
    {
      needs: 'planes.write',
      says: 'From here on another key signs the ledger’s checkpoints; the entry that names it is signed by the key before.',
      body: z.strictObject({}),
      answer: rolledAnswer,
    },
    ({ desk, path }) => rollLedgerKey(desk, path),
  ),
  route(
    'POST',
    '/planes/{plane}/ledger/accept',
    {
      needs: 'planes.write',
      says: 'Goes on with a ledger that is refused, as a log of its own, with an entry that says what was wrong, who accepted it and why.',
      body: z.strictObject({ reason: z.string().min(1).max(500) }),
      answer: acceptedAnswer,
    },
    ({ body, desk, path }) => acceptLedger(desk, { ...path, ...body }),
  ),
  route(
    'POST',
    '/planes/{plane}/ledger/reindex',
    {
      needs: 'planes.write',
      says: 'Makes the index of the calls anew from the ledger, or with `goesOn` brings it further; to be asked until `cursor` is `size`.',
      body: z.strictObject({ goesOn: z.boolean() }),
      answer: reindexedAnswer,
    },
    ({ body, desk, path }) => reindex(desk, { ...path, ...body }),
  ),
] as const
