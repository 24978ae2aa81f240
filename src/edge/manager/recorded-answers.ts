import { z } from 'zod'

/** What is told of what is recorded of a call, and of its erasure. */
const side = z.strictObject({
  state: z
    .enum(['none', 'whole', 'digest', 'erased', 'pruned', 'altered'])
    .describe('`none`: nothing is recorded; `erased`: its key was destroyed; `pruned`: let go of.'),
  text: z.string().optional(),
  base64: z.string().optional().describe('Where it is no text.'),
  nonce: z.string().optional().describe('Of the commitment in the entry, hex.'),
})
export const recorded = z.strictObject({
  plane: z.string(),
  call: z.string(),
  arguments: side,
  result: side,
})
export const erased = z.strictObject({
  plane: z.string(),
  subject: z.string().describe('As the entry names whom it was about.'),
  periods: z.array(z.string()).describe('UTC months whose keys are destroyed, or would be.'),
  revision: z.int().optional().describe('Absent where nothing was destroyed.'),
})
