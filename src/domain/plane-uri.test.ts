import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { expandTemplate, matchTemplate, parseTemplate } from '#mcp/template.ts'
import { unwrapUri, wrapUri } from './plane-uri.ts'

const server = fc.stringMatching(/^[a-z][a-z0-9-]{0,23}$/)
const plain = fc.oneof(
  fc.webUrl(),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9+.-]{0,8}:[\x21-\x7e]{1,40}$/),
  fc.stringMatching(/^ui:\/\/[\x21-\x7e]{0,40}$/),
  fc.string(),
)
/** As a server may write a URI that is to be taken for another's. */
const uri = fc.oneof(
  plain,
  fc.tuple(server, plain).map(([one, its]) => wrapUri(one, its)),
)

describe("URIs at the plane's endpoint", () => {
  test('a resource is called by its server and its URI; an app keeps the scheme that hosts take it from', () => {
    assert.equal(wrapUri('plant', 'mes://line4/temperature'), 'plant+mes://line4/temperature')
    assert.equal(wrapUri('plant', 'ui://chart/view.html'), 'ui://plant/chart/view.html')
  })

  test('whatever it is, it comes back as it was, and no two are one', () => {
    fc.assert(
      fc.property(server, uri, (server, uri) => {
        assert.deepEqual(unwrapUri(wrapUri(server, uri)), { server, uri })
      }),
    )
    fc.assert(
      fc.property(server, uri, server, uri, (one, its, other, others) => {
        if (one === other && its === others) return
        assert.notEqual(wrapUri(one, its), wrapUri(other, others))
      }),
    )
  })

  test('each has one spelling: what is read is what would be written', () => {
    fc.assert(
      fc.property(fc.oneof(uri, fc.string()), (written) => {
        const wrapped = unwrapUri(written)
        if (wrapped) assert.equal(wrapUri(wrapped.server, wrapped.uri), written)
      }),
    )
    for (const written of [
      'plant+ui://chart',
      'Plant+mes://x',
      '+mes://x',
      'mes://x',
      'ui://chart',
      'ui:///x',
      '',
    ])
      assert.equal(unwrapUri(written), undefined, written)
  })

  test('a server that writes a URI as if it were wrapped already is asked for just that', () => {
    assert.deepEqual(unwrapUri(wrapUri('evil', 'plant+mes://line4')), {
      server: 'evil',
      uri: 'plant+mes://line4',
    })
    assert.deepEqual(unwrapUri(wrapUri('evil', 'ui://plant/chart')), {
      server: 'evil',
      uri: 'ui://plant/chart',
    })
  })

  test('a URI stays a URI, and a template one that makes the wrapped URIs of what it made', () => {
    fc.assert(
      fc.property(server, fc.webUrl(), (server, uri) => {
        const { protocol } = new URL(wrapUri(server, uri))
        assert.equal(protocol, `${server}+${new URL(uri).protocol}`)
      }),
    )
    for (const template of ['mes://{line}/temperature', 'file:///{+path}', 'ui://{view}/page']) {
      const values = { line: '4', path: 'a/b', view: 'v' }
      const wrapped = wrapUri('plant', template)
      assert.ok(parseTemplate(wrapped))
      const expanded = expandTemplate(wrapped, values) ?? ''
      assert.deepEqual(unwrapUri(expanded), {
        server: 'plant',
        uri: expandTemplate(template, values),
      })
      assert.ok(matchTemplate(template, unwrapUri(expanded)?.uri ?? ''))
    }
  })
})
