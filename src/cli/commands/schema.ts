import { schemaFile } from '#change/schema.ts'
import type { Invocation } from '../command.ts'

export const run = async ({ terminal }: Invocation): Promise<number> => {
  terminal.raw(schemaFile())
  return 0
}
