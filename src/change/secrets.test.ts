import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findSecretShapes, findSecrets, mayBeSecret } from './secrets.ts'

const found = (document: unknown) =>
  findSecrets(document).map(({ path, part }) => `${part} ${path.join('.')}`)

const jwt = `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0'.repeat(2)}.${'a'.repeat(20)}`

describe('a secret is found', () => {
  const values: Record<string, string> = {
    'an API key': 'sk-proj-Ab3dEf6hIj9kLmNoPq',
    'an API key of this gateway': `bwk_${'0123456789abcdef'.repeat(3)}`,
    'a token of this gateway': `bwm_${'Ab3-'.repeat(11).slice(0, 43)}`,
    'a Stripe key': ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_'),
    'a GitHub token': `ghp_${'a1B2'.repeat(9)}`,
    'a fine-grained GitHub token': `github_pat_${'a1B2'.repeat(9)}`,
    'a GitLab token': `glpat-${'a1B2'.repeat(5)}`,
    'a Slack token': ['xoxb', '123456789012', 'abcdefghij'].join('-'),
    'an AWS access key': 'AKIAIOSFODNN7EXAMPLE',
    'a Google API key': `AIza${'Sy0'.repeat(12).slice(0, 35)}`,
    'a JSON Web Token': jwt,
    'an npm token': `npm_${'a1B2'.repeat(9)}`,
    'a private key': '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n',
    'a password in a URL': 'postgres://app:hunter2@db.internal/x',
    'a key in a query': 'https://a.internal/mcp?x=1&access_token=abc',
    'an Authorization value': 'Bearer 0a1b2c3d4e5f',
    'a long random value': 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A=',
    'a long hexadecimal value': '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  }
  for (const [what, value] of Object.entries(values)) {
    test(`in a value: ${what}`, () => {
      assert.deepEqual(found({ owner: value }), ['value owner'])
      assert.equal(mayBeSecret(value), true)
    })
  }

  test('in a value by the name of its key, whatever its spelling', () => {
    for (const key of [
      'password',
      'clientSecret',
      'client_secret',
      'API-KEY',
      'token',
      'privateKey',
    ]) {
      assert.deepEqual(found({ a: [{ [key]: 'hunter2' }] }), [`value a.0.${key}`])
    }
    assert.deepEqual(found({ password: 1234 }), ['value password'])
  })

  test('in a key', () => {
    assert.deepEqual(found({ [`ghp_${'a1B2'.repeat(9)}`]: true }).length, 1)
  })

  test('in the format of a credential, where more than a scheme stands around {secret}', () => {
    for (const format of ['Bearer abc', 'token abc {secret}', `{secret} ${'ab12'.repeat(4)}`]) {
      assert.deepEqual(found({ credential: { format } }), ['value credential.format'], format)
    }
    for (const format of [
      'Bearer {secret}',
      'Token token={secret}',
      '{secret}',
      'AWS4-HMAC-SHA256 {secret}',
    ]) {
      assert.deepEqual(found({ credential: { format } }), [], format)
    }
  })

  test('in the text of a file, with its offset', () => {
    const text = `a: 1\n# ghp_${'a1B2'.repeat(9)}\n`
    assert.deepEqual(findSecretShapes(text), [{ offset: 7, what: 'a GitHub token' }])
  })
})

describe('nothing is found', () => {
  test('in what documents say of secrets', () => {
    const document = {
      kind: 'Agent',
      name: 'token-keeper',
      owner: 'sk-team@example.com',
      authenticate: { secret: true },
      tokenLifetime: '300s',
      reason: 'resets passwords; needs a bearer token from the password team',
      credential: { name: 'calendar-api', header: 'Authorization', format: 'Bearer {secret}' },
      labels: ['password', 'secret', 'api-key'],
    }
    assert.deepEqual(found(document), [])
  })

  test('in names that servers gave to their capabilities', () => {
    const tools = {
      reset_password: { class: 'write' },
      getCalendarEventsForUserWithAttendees2Of3By4: { class: 'read' },
      mcp__server__listAllOpenPullRequestsOfTheRepository2024v3: { class: 'read' },
    }
    const resources = {
      'db://{host}/x{?token}': { class: 'read' },
      'a://b?token={token}': { class: 'read' },
    }
    assert.deepEqual(found({ tools, resources }), [])
    assert.deepEqual(found({ allow: [{ tools: Object.keys(tools) }] }), [])
  })

  test('in addresses with an account in them', () => {
    const url = 'https://api.internal/accounts/9f86d081884c7d659a2feaa0c55ad015/mcp?version=2'
    assert.deepEqual(found({ upstream: { url } }), [])
  })

  test('in what an API says of itself, but for the shapes that are known', () => {
    const long = 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A='
    const openapi = (example: string) => ({ upstream: { openapi: JSON.stringify({ example }) } })
    assert.deepEqual(found(openapi(long)), [])
    assert.deepEqual(found(openapi('AKIAIOSFODNN7EXAMPLE')), ['value upstream.openapi'])
  })

  test('in an empty or a plain value of a key named like a secret', () => {
    assert.deepEqual(found({ secret: 'true', password: '', token: null }), [])
  })
})

test('a hostile text is searched in time that grows with its length alone', () => {
  const text = ['eyJ'.repeat(100_000), '-----BEGIN '.repeat(30_000), 'a:'.repeat(100_000)].join(
    '\n',
  )
  const count = { looked: 0 }
  count.looked = findSecretShapes(text).length
  assert.equal(count.looked, 0)
})
