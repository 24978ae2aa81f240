import assert from 'node:assert/strict'
import { pathOf, runProgram } from '../../peers/program.ts'
import type { ConsoleWorld } from './world.ts'

/** The id of a call that an agent made over HTTP with a real token, as the terminal makes one. */
export const callAs = async (
  { started: { installation } }: ConsoleWorld,
  agent: string,
  target: string,
  ...args: readonly string[]
): Promise<string> => {
  const terminal = (...words: readonly string[]) =>
    runProgram([pathOf('src/main.ts'), '--data', installation.dataFolder, ...words])
  await terminal('call', target, '--as', agent, ...args)
  const { stdout } = await terminal('calls', '--json', 'call')
  const [newest] = JSON.parse(stdout) as { call: string }[]
  assert.ok(newest, 'the call is in the ledger')
  return newest.call
}
