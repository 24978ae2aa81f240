import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { createTerminal } from './terminal.ts'

const terminal = createTerminal(
  {
    ...{ stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
    ...{ env: {}, program: './bailiwick', now: () => 0, onSignal: () => () => {} },
  },
  {
    ...{ json: undefined, columns: undefined, data: '/srv/ops', colour: 'never' },
    ...{ stream: false, quiet: false, ascii: false, wide: false },
  },
)

test('a command within a text stands there as it is typed here, in quotation marks too', () => {
  const here = './bailiwick --data /srv/ops'
  for (const [text, typed] of [
    ['bailiwick login', `${here} login`],
    ['run "bailiwick setup-code" on this machine', `run "${here} setup-code" on this machine`],
    ['(bailiwick help first-steps)', `(${here} help first-steps)`],
    ['Bailiwick stays, and mybailiwick start', 'Bailiwick stays, and mybailiwick start'],
  ] as const)
    assert.equal(terminal.typed(text), typed)
})
