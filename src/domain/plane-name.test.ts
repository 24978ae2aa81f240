import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { divideName, nameAtPlane, shortName } from './plane-name.ts'

const server = fc.stringMatching(/^[a-z][a-z0-9-]{0,23}$/)
/** As a server may call a tool, and as one would that wants to be taken for another. */
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,128}$/),
  fc.stringMatching(/^[a-z_.]{1,40}__[0-9a-f]{16}$/),
  fc.tuple(server, fc.stringMatching(/^[a-z_.]{1,60}$/)).map(([one, tool]) => `${one}__${tool}`),
  fc
    .tuple(server, fc.stringMatching(/^[a-z.]{1,60}$/))
    .map(([one, tool]) => nameAtPlane(one, tool)),
)

describe("Names at the plane's endpoint", () => {
  test('a name that fits is the server, two underscores and the name', () => {
    assert.equal(nameAtPlane('bank', 'account_balance'), 'bank__account_balance')
    assert.deepEqual(divideName('bank__account_balance'), {
      server: 'bank',
      rest: 'account_balance',
      isShort: false,
    })
  })

  test('dots, and what is too long, go by a beginning and a hash of the whole', () => {
    assert.equal(nameAtPlane('drive', 'files.read'), 'drive__files_read__601e4eb608f9175e')
    const long = nameAtPlane('drive', 'a'.repeat(128))
    assert.equal(long.length, 64)
    assert.match(long, /^drive__a+__[0-9a-f]{16}$/)
  })

  test('every name is one that model APIs take, and says which server it is of', () => {
    fc.assert(
      fc.property(server, name, (server, name) => {
        const written = nameAtPlane(server, name)
        assert.match(written, /^[A-Za-z0-9_-]{1,64}$/)
        const divided = divideName(written)
        assert.equal(divided?.server, server)
        assert.equal(divided?.rest, shortName(server, name) ?? name)
        assert.equal(divided?.isShort, shortName(server, name) !== undefined)
      }),
    )
  })

  test('no two have one name, whoever imitates what', () => {
    fc.assert(
      fc.property(server, name, server, name, (one, its, other, others) => {
        if (one === other && its === others) return
        assert.notEqual(nameAtPlane(one, its), nameAtPlane(other, others))
      }),
    )
    // A tool that is called as another's short form has a short form of its own.
    const short = divideName(nameAtPlane('drive', 'files.read'))?.rest ?? ''
    assert.notEqual(nameAtPlane('drive', short), nameAtPlane('drive', 'files.read'))
  })

  test('what nobody is called is divided into nothing, or into a name as it is', () => {
    for (const written of [
      '',
      'bank',
      'bank_',
      '__x',
      'Bank__x',
      'bank__',
      'bank__files.read',
      `a__${'x'.repeat(62)}`,
    ])
      assert.equal(divideName(written), undefined, written)
    fc.assert(
      fc.property(fc.string(), (written) => {
        const divided = divideName(written)
        if (divided) assert.equal(`${divided.server}__${divided.rest}`, written)
      }),
    )
  })
})
