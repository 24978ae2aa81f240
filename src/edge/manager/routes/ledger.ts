import { z } from 'zod'
import { Fault } from '#lib/fault.ts'
import { sendLines } from '#lib/send-lines.ts'
import { exportLedger, linesOf } from '#manager/evidence.ts'
import { route } from '../route.ts'

const position = z.int().min(1)
const written = z.string().min(1).max(100)

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
      }),
      answer: undefined,
      status: 200,
      streams: 'lines',
    },
    async ({ access, body, desk, path, response }) => {
      const { plane } = path
      if (!access.sees('revisions.read', plane)) throw new Fault('not_permitted')
      const lines = linesOf(await exportLedger(desk, { ...body, plane }))
      // Cut off without its last line, it is taken for what it is.
      await sendLines(response, lines).catch(() => response.destroy())
      return undefined
    },
  ),
] as const
