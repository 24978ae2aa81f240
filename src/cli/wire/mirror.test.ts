import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ParamHeader } from '#mcp/param-headers.ts'
import { learnMirrors, modernHeaders } from './mirror.ts'

const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }

test('A call repeats version, method and name in headers, encoded where a header cannot carry them', () => {
  assert.deepEqual(modernHeaders('tools/call', { name: 'echo', _meta }, []), {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'echo',
  })
  const { 'mcp-name': name } = modernHeaders('resources/read', { uri: 'a://ü', _meta }, [])
  assert.equal(name, '=?base64?YTovL8O8?=')
  assert.equal('mcp-name' in modernHeaders('tools/list', { name: 'x', _meta }, []), false)
})

test('Arguments that a tool wants repeated are learnt from its list', () => {
  const known = new Map<string, readonly ParamHeader[]>()
  const region = { type: 'string', 'x-mcp-header': 'Region' }
  const count = { type: 'integer', 'x-mcp-header': 'Count' }
  const inner = { type: 'object', properties: { count } }
  const inputSchema = { type: 'object', properties: { region, inner } }
  learnMirrors({ tools: [{ name: 'sql', inputSchema }, { name: 'plain' }, 7] }, known)
  const headers = (args: Record<string, string | number | { count: number | null }>) =>
    modernHeaders('tools/call', { name: 'sql', arguments: args, _meta }, known.get('sql') ?? [])
  const full = headers({ region: ' eu', inner: { count: 3 } })
  assert.equal(full['Mcp-Param-Region'], '=?base64?IGV1?=')
  assert.equal(full['Mcp-Param-Count'], '3')
  assert.deepEqual(Object.keys(headers({ inner: { count: null } })).sort(), [
    'mcp-method',
    'mcp-name',
    'mcp-protocol-version',
  ])
  assert.deepEqual(known.get('plain'), [])
})
