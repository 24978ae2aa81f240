import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { wrapMessage } from './plane-answer.ts'

const wrapped = (text: string) => Buffer.from(wrapMessage('plant', Buffer.from(text))).toString()
const result = (members: string) => `{"jsonrpc":"2.0","id":1,"result":{${members}}}`

describe("A server's answer at the plane's endpoint", () => {
  test('links and embedded resources of a tool, an app, prompts, what is read, and an error, are wrapped', () => {
    for (const [its, ours] of [
      [
        '"content":[{"type":"resource_link","uri":"a:b","name":"x"}]',
        '"content":[{"type":"resource_link","uri":"plant+a:b","name":"x"}]',
      ],
      [
        '"content":[{"type":"text","text":"a:b"},{"type":"resource","resource":{"uri":"a:b","text":"t"}}]',
        '"content":[{"type":"text","text":"a:b"},{"type":"resource","resource":{"uri":"plant+a:b","text":"t"}}]',
      ],
      [
        '"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"a:b","text":"t"}}}]',
        '"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"plant+a:b","text":"t"}}}]',
      ],
      [
        '"contents":[{"uri":"a:b","text":"t"},{"uri":"a:c","text":"t"}]',
        '"contents":[{"uri":"plant+a:b","text":"t"},{"uri":"plant+a:c","text":"t"}]',
      ],
      [
        '"content":[],"_meta":{"ui":{"resourceUri":"ui://v"}}',
        '"content":[],"_meta":{"ui":{"resourceUri":"ui://plant/v"}}',
      ],
      [
        '"inputRequests":{"a":{"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"resource_link","uri":"a:b"}]}]},{"role":"user","content":{"type":"resource","resource":{"uri":"a:c","text":"t"}}}]}}}',
        '"inputRequests":{"a":{"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"resource_link","uri":"plant+a:b"}]}]},{"role":"user","content":{"type":"resource","resource":{"uri":"plant+a:c","text":"t"}}}]}}}',
      ],
      [
        '"content":[],"_meta":{"ui/resourceUri":"ui://v"}',
        '"content":[],"_meta":{"ui/resourceUri":"ui://plant/v"}',
      ],
    ] as const)
      assert.equal(wrapped(result(its)), result(ours))
    assert.equal(
      wrapped(
        '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no","data":{"uri":"a:b"}}}',
      ),
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no","data":{"uri":"plant+a:b"}}}',
    )
    assert.equal(
      wrapped(
        '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:b"}}',
      ),
      '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"plant+a:b"}}',
    )
  })

  test('what it forges of another server is wrapped as its own', () => {
    const forged = result(
      '"content":[{"type":"resource_link","uri":"bank+secret://all","name":"x"}]',
    )
    assert.match(wrapped(forged), /"uri":"plant\+bank\+secret:\/\/all"/)
  })

  test('everything else stays as it was written: space, order, escapes, numbers that no double holds', () => {
    const odd = result(
      ' "structuredContent" : {"uri":"a:b","n":123456789012345678901234567890} , "content":[ {"type":"text","text":"\\u0061:b"} ]',
    )
    const bytes = Buffer.from(odd)
    assert.equal(wrapMessage('plant', bytes), bytes)
    const mixed = '"n":1.0e400,"content":[ {"uri" : "\\u0061:b" ,"type":"resource_link"} ]'
    assert.equal(
      wrapped(result(mixed)),
      result('"n":1.0e400,"content":[ {"uri" : "plant+a:b" ,"type":"resource_link"} ]'),
    )
  })

  test('of any content nothing but URIs in their places changes', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (content) => {
        const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content } })
        if (/__proto__|resource/.test(text)) return
        assert.equal(wrapped(text), text)
      }),
    )
  })
})
