// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so clients write what stands elsewhere.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { judge } from './secret.ts'

const given = (name: string | undefined, text: string) => ({ name, text, at: 'x' })

describe('What a header or a variable holds', () => {
  const secrets: [name: string, text: string, secret: string, format?: string][] = [
    ['Authorization', 'Bearer abc.def', 'abc.def', 'Bearer {secret}'],
    ['authorization', 'bearer  s3cret', 's3cret', 'bearer  {secret}'],
    ['Authorization', 'plainly', 'plainly'],
    ['X-API-Key', 'k', 'k'],
    ['GITHUB_PERSONAL_ACCESS_TOKEN', 'ghp_x', 'ghp_x'],
    ['SLACK_BOT_TOKEN', 'xoxb', 'xoxb'],
    ['DB_PASSWORD', 'hunter', 'hunter'],
    ['DATABASE_URL', 'postgres://me:pw@db/x', 'postgres://me:pw@db/x'],
    ['FOO', 'hunter2', 'hunter2'],
    ['X-Anything', 'a8Fq-71', 'a8Fq-71'],
    ['API_KEY', '${input:key:-sk-live}', 'sk-live'],
  ]
  for (const [name, text, secret, format = '{secret}'] of secrets)
    test(`${name}: ${text} is a secret`, () => {
      assert.deepEqual(judge(given(name, text), 'lent'), { is: 'secret', secret, format })
    })

  const plain: [name: string, text: string][] = [
    ['LOG_LEVEL', 'info'],
    ['LOG_LEVEL', 'DEBUG'],
    ['PORT', '8080'],
    ['VERBOSE', 'true'],
    ['AUTH_ENABLED', 'false'],
    ['REGION', 'eu-west-1'],
    ['ROOT', '/srv/files of mine'],
    ['ROOT', 'C:\\files\\mine'],
    ['BASE_URL', 'https://api.internal:8443/v2'],
    ['HOST', 'db.internal:5432'],
    ['FOLDER', '${workspaceFolder}'],
    ['EMPTY', ''],
  ]
  for (const [name, text] of plain)
    test(`${name}: ${text} is none`, () => {
      assert.deepEqual(judge(given(name, text), 'lent'), { is: 'plain' })
    })

  const references: [name: string, text: string, format?: string][] = [
    ['API_KEY', '${input:api-key}'],
    ['API_KEY', '${env:API_KEY}'],
    ['API_KEY', '$API_KEY'],
    ['API_KEY', '<YOUR API KEY>'],
    ['API_KEY', 'your-api-key-here'],
    ['API_KEY', ''],
    ['Authorization', 'Bearer ${TOKEN}', 'Bearer {secret}'],
    ['Authorization', 'Bearer {api_key}', 'Bearer {secret}'],
  ]
  for (const [name, text, format = '{secret}'] of references)
    test(`${name}: ${text} names a secret that stands elsewhere`, () => {
      assert.deepEqual(judge(given(name, text), 'lent'), { is: 'reference', format })
    })
})

describe('What an argument holds', () => {
  const secrets: [name: string | undefined, text: string][] = [
    ['api-key', 'abc'],
    ['token', 'abc'],
    [undefined, 'sk-canary-canary-0123456789'],
    [undefined, 'cAnArY-argument-9b2e'],
    ['dsn', 'postgres://me:pw@db/x'],
  ]
  for (const [name, text] of secrets)
    test(`${name ?? 'by itself'}: ${text} is a secret`, () => {
      assert.equal(judge(given(name, text), 'argument').is, 'secret')
    })

  const plain = [
    ...['-y', '--port', '@modelcontextprotocol/server-filesystem@2025.8.21', 'mcp-server-git'],
    ...[
      '/Users/me/Documents',
      'ghcr.io/github/github-mcp-server',
      'MyProject',
      'run',
      'https://x.internal/mcp',
      'touch /srv/out-jHyRJ2/ran',
    ],
  ]
  for (const text of plain)
    test(`${text} is none`, () => {
      assert.deepEqual(judge(given(undefined, text), 'argument'), { is: 'plain' })
    })
})

test('What is judged to be a secret is the text itself but for its scheme', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      const judged = judge(given('API_KEY', text), 'lent')
      if (judged.is !== 'secret') return
      const whole = judged.format.replace('{secret}', () => judged.secret)
      assert.ok(text.includes(judged.secret))
      if (!text.includes('$')) assert.equal(whole, text.trim())
    }),
  )
})
