import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { pathOf } from '../peers/program.ts'

const file = z.array(
  z.strictObject({ failure: z.string(), reason: z.string().min(20), section: z.string().min(5) }),
)

/** What may fail in a pairing of eras, each with its reason and the section of the specification. */
export async function expectedFailures(pairing: string): Promise<string[]> {
  const text = await readFile(pathOf(`test/conformance/expected/${pairing}.yaml`), 'utf8')
  return (file.parse(parse(text)) ?? []).map(({ failure }) => failure).toSorted()
}
