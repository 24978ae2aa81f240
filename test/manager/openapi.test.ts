import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { routes } from '#edge/manager/routes.ts'
import { startWorld, type World } from './world.ts'

type Json = Record<string, unknown>
interface Operation {
  readonly operationId: string
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: Json }[]
  readonly requestBody?: { content: Record<string, { schema: Json }> }
  readonly responses: Record<string, { content?: Record<string, { schema: Json }> }>
  readonly security?: readonly unknown[]
}
interface Document {
  readonly openapi: string
  readonly info: { title: string; version: string }
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { schemas: Record<string, Json> }
}

describe('/api/v1/openapi.json', () => {
  let world: World
  let document: Document
  let token = ''
  before(async () => {
    world = await startWorld()
    document = (await world.ask('GET', '/openapi.json')).json()
    token = await world.signIn('root', { administrator: true })
  })
  after(() => world.stop())

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )

  /** Every schema within the document, so that its references are followed. */
  const validatorOf = (pointer: string) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema({ $id: 'https://test/openapi', ...(document as unknown as Json) })
    return ajv.compile({ $ref: `https://test/openapi#${pointer}` })
  }
  const pointerTo = (...parts: string[]) =>
    parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

  test('has an operation for each route, and no other', () => {
    const told = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`)
    const written = routes.map(({ method, path }) => `${method} /api/v1${path}`)
    assert.deepEqual(told.toSorted(), written.toSorted())
  })

  test('names each operation once, and declares each parameter of its path', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length, ids.toSorted().join(' '))
    for (const { path, operation } of operations()) {
      const inPath = operation.parameters.filter((one) => one.in === 'path')
      const braced = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      assert.deepEqual(inPath.map(({ name }) => name).toSorted(), braced.toSorted())
      assert.ok(inPath.every(({ required, schema }) => required && schema.pattern))
      assert.ok(Object.keys(operation.responses).length >= 2)
    }
  })

  test('leaves out the token where, and only where, nobody needs one', () => {
    for (const { path, method, operation } of operations()) {
      const route = routes.find(
        (one) => one.method === method.toUpperCase() && `/api/v1${one.path}` === path,
      )
      assert.equal(operation.security?.length === 0, route?.needs === 'nobody', path)
    }
  })

  test('holds schemas that a validator compiles, with references that lead somewhere', () => {
    let schemas = 0
    for (const { path, method, operation } of operations()) {
      const places = [
        ...Object.keys(operation.requestBody?.content ?? {}).map((type) =>
          pointerTo('paths', path, method, 'requestBody', 'content', type, 'schema'),
        ),
        ...Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
          Object.keys(content).map((type) =>
            pointerTo('paths', path, method, 'responses', status, 'content', type, 'schema'),
          ),
        ),
      ]
      for (const place of places) {
        validatorOf(place)
        schemas++
      }
    }
    assert.ok(schemas > 80)
  })

  test('tells the forms that the answers have', async () => {
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Team', plane: 'ops', name: 'alpha', people: ['root'] },
      { kind: 'Consumer', plane: 'ops', name: 'office' },
      { kind: 'Credential', plane: 'ops', name: 'key', owner: 'alpha' },
      {
        kind: 'Server',
        plane: 'ops',
        name: 'bank',
        owner: 'alpha',
        upstream: { url: 'https://bank.internal/mcp' },
      },
      {
        kind: 'Agent',
        plane: 'ops',
        name: 'planner',
        owner: 'alpha',
        consumers: ['office'],
        authenticate: { secret: true },
      },
      {
        kind: 'Grant',
        plane: 'ops',
        name: 'reads',
        agent: 'planner',
        consumer: 'office',
        allow: [{ server: 'bank' }],
        reason: 'a test',
      },
    ])
    let checked = 0
    const check = async (method: string, path: string, filled: string, body?: object) => {
      const { status, text, json } = await world.ask(method, filled, {
        token,
        ...(body && { body }),
      })
      assert.ok(status < 300, `${method} ${filled}: ${status} ${text}`)
      const type = 'application/json'
      const rows = ['paths', `/api/v1${path}`, method.toLowerCase(), 'responses']
      const told = document.paths[`/api/v1${path}`]?.[method.toLowerCase()]?.responses
      const row = told?.[status]?.content ? String(status) : '200'
      const validate = validatorOf(pointerTo(...rows, row, 'content', type, 'schema'))
      assert.ok(validate(json()), `${method} ${filled}: ${JSON.stringify(validate.errors)} ${text}`)
      checked++
    }
    const plane = '/planes/{plane}'
    for (const segment of ['servers', 'agents', 'grants', 'credentials', 'consumers', 'teams']) {
      await check('GET', `${plane}/${segment}`, `/planes/ops/${segment}`)
    }
    await check('GET', `${plane}/agents/{name}`, '/planes/ops/agents/planner')
    await check('PUT', `${plane}/consumers/{name}`, '/planes/ops/consumers/new', {
      apiVersion: 'bailiwick/v1',
      kind: 'Consumer',
      plane: 'ops',
      name: 'new',
    })
    await check('PUT', `${plane}/credentials/{name}/secret`, '/planes/ops/credentials/key/secret', {
      secret: 'aGVsbG8=',
    })
    for (const path of ['servers', 'agents', 'credentials'])
      await check('GET', `${plane}/status/${path}`, `/planes/ops/status/${path}`)
    await check('GET', `${plane}/status/servers/{name}`, '/planes/ops/status/servers/bank')
    for (const path of ['status', 'catalogue', 'calls', 'revisions', 'export'])
      await check('GET', `${plane}/${path}`, `/planes/ops/${path}`)
    await check('GET', `${plane}/revisions/{revision}`, '/planes/ops/revisions/1')
    await check('GET', `${plane}/can`, '/planes/ops/can?client=planner&server=bank&name=x')
    for (const path of ['/planes', '/people', '/status', '/members', '/session', '/session/tokens'])
      await check('GET', path, path)
    await check('GET', '/revisions', '/revisions')
    await check('POST', `${plane}/agents/{name}/secret`, '/planes/ops/agents/planner/secret', {})
    await check('POST', `${plane}/agents/{name}/suspend`, '/planes/ops/agents/planner/suspend', {
      reason: 'a test',
    })
    await check('POST', '/revisions/{revision}/restore', '/revisions/1/restore', { dryRun: true })
    const files = [{ name: 'x', text: 'apiVersion: bailiwick/v1\nkind: Plane\nname: fin\n' }]
    await check('POST', '/apply', '/apply', { files, set: 'fin' })
    assert.ok(checked > 28)

    const problem = await world.ask('GET', '/planes/ops/grants/missing', { token })
    const validate = validatorOf(pointerTo('components', 'schemas', 'Problem'))
    assert.ok(validate(problem.json()), JSON.stringify(validate.errors))
  })
})
