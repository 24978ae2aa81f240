import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pageOfConsole } from './console.ts'

const origin = 'https://gateway.example'

describe('The page that somebody wanted before they signed in', () => {
  test('is one of the console, with its query', () => {
    for (const to of ['/m', '/p', '/m/', '/m?plane=ops', '/m/ledger?agent=a&agent=b', '/p/access'])
      assert.equal(pageOfConsole(to, origin), to)
    assert.equal(pageOfConsole('/m/ledger#now', origin), '/m/ledger')
  })

  for (const to of [
    '',
    'https://evil.example/m',
    '//evil.example/m',
    '///evil.example/m',
    '/\\evil.example',
    '/m\\..\\..\\\\evil.example',
    '/m/../../evil',
    '/m/..//evil.example',
    '/m/%2e%2e/api/v1/session',
    '/m/\t../oauth/manager/passkeys',
    '/mail',
    '/m@evil.example',
    '/oauth/manager/passkeys',
    '/m/back',
    '/m/back?code=x&state=y',
    '/m/./back',
    'javascript:alert(1)//m',
    'm/ledger',
    `/m/${'x'.repeat(2000)}`,
  ])
    test(`attack: ${JSON.stringify(to).slice(0, 60)} is none, and is dropped`, () => {
      assert.equal(pageOfConsole(to, origin), undefined)
    })

  test('attack: what would end a header is no sign in an address', () => {
    const page = pageOfConsole('/m/\r\nset-cookie: bailiwick=x', origin) ?? ''
    assert.match(page, /^\/m\/[\x21-\x7e]*$/)
  })
})
