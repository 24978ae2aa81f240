import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findMethod, METHODS, type Sender } from './methods.ts'
import {
  eraOf,
  hasBatches,
  isAtLeast,
  isRevision,
  LEGACY_HTTP_REVISIONS,
  LEGACY_STDIO_REVISIONS,
  MODERN_REVISIONS,
  REVISIONS,
  type Revision,
} from './revisions.ts'

/** The unions of each revision's schema.ts, as they stand there; tasks of 2026-07-28, and skills, from their extensions. */
const clientRequests2024 = [
  ...[
    'ping',
    'initialize',
    'completion/complete',
    'logging/setLevel',
    'prompts/get',
    'prompts/list',
  ],
  ...['resources/list', 'resources/templates/list', 'resources/read', 'resources/subscribe'],
  ...['resources/unsubscribe', 'tools/call', 'tools/list'],
]
const clientNotices2024 = ['cancelled', 'progress', 'initialized', 'roots/list_changed']
const serverNotices2024 = [
  ...['cancelled', 'progress', 'message', 'resources/updated', 'resources/list_changed'],
  ...['tools/list_changed', 'prompts/list_changed'],
]
const tasks2025 = ['tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel']
/** SEP-2640, in whichever revision has extensions. */
const skills = ['skills/list', 'skills/get', 'resources/directory/read']
const notices = (names: string[]) => names.map((name) => `notifications/${name}`)

const expected: Record<Revision, Record<Sender, string[]>> = {
  '2024-11-05': {
    client: [...clientRequests2024, ...notices(clientNotices2024)],
    server: ['ping', 'sampling/createMessage', 'roots/list', ...notices(serverNotices2024)],
  },
  '2025-03-26': {
    client: [...clientRequests2024, ...notices(clientNotices2024)],
    server: ['ping', 'sampling/createMessage', 'roots/list', ...notices(serverNotices2024)],
  },
  '2025-06-18': {
    client: [...clientRequests2024, ...notices(clientNotices2024)],
    server: [
      'ping',
      'sampling/createMessage',
      'roots/list',
      'elicitation/create',
      ...notices(serverNotices2024),
    ],
  },
  '2025-11-25': {
    client: [
      ...clientRequests2024,
      ...tasks2025,
      ...skills,
      ...notices([...clientNotices2024, 'tasks/status']),
    ],
    server: [
      ...['ping', 'sampling/createMessage', 'roots/list', 'elicitation/create', ...tasks2025],
      ...notices([...serverNotices2024, 'elicitation/complete', 'tasks/status']),
    ],
  },
  '2026-07-28': {
    client: [
      ...[
        'server/discover',
        'completion/complete',
        'prompts/get',
        'prompts/list',
        'resources/list',
      ],
      ...[
        'resources/templates/list',
        'resources/read',
        'subscriptions/listen',
        'tools/call',
        'tools/list',
      ],
      ...['tasks/get', 'tasks/update', 'tasks/cancel', 'notifications/cancelled'],
      ...skills,
    ],
    server: notices([...serverNotices2024, 'subscriptions/acknowledged', 'tasks']),
  },
}

const known = [...new Set(METHODS.map(({ method }) => method))]

describe('The table of methods', () => {
  for (const revision of REVISIONS) {
    for (const sender of ['client', 'server'] as const) {
      test(`has for a ${sender} of ${revision} what its schema has, and nothing else`, () => {
        const found = known.filter((method) => findMethod(sender, revision, method))
        assert.deepEqual(found.toSorted(), expected[revision][sender].toSorted())
      })
    }
  }

  test('has one row for a sender, a revision and a method', () => {
    for (const revision of REVISIONS) {
      const rows = METHODS.filter(({ since, until }) => since <= revision && revision <= until)
      const names = rows.map(({ sender, method }) => `${sender} ${method}`)
      assert.equal(new Set(names).size, names.length, revision)
    }
  })

  test('knows no method by another spelling, nor what every object inherits', () => {
    for (const method of [
      '',
      'tools/Call',
      'tools/call ',
      'tools/call\u200b',
      'constructor',
      '__proto__',
      'toString',
    ]) {
      assert.equal(findMethod('client', '2025-11-25', method), undefined)
    }
  })

  test('says that a notification is one', () => {
    for (const { method, form } of METHODS) {
      assert.equal(form === 'notification', method.startsWith('notifications/'), method)
    }
  })

  test('mirrors names where the modern transport does, and where tasks do', () => {
    const mirrored = known.filter((name) => {
      const method = findMethod('client', '2026-07-28', name)
      return method !== undefined && 'mirrored' in method && method.mirrored
    })
    assert.deepEqual(mirrored.toSorted(), [
      'prompts/get',
      'resources/read',
      'tasks/cancel',
      'tasks/get',
      'tasks/update',
      'tools/call',
    ])
  })
})

describe('Revisions', () => {
  test('are legacy up to 2025-11-25 and modern from 2026-07-28 on', () => {
    assert.deepEqual(
      REVISIONS.filter((revision) => eraOf(revision) === 'modern'),
      [...MODERN_REVISIONS],
    )
    assert.deepEqual(REVISIONS.filter((revision) => eraOf(revision) === 'legacy').toReversed(), [
      ...LEGACY_STDIO_REVISIONS,
    ])
    assert.deepEqual([...LEGACY_HTTP_REVISIONS, '2024-11-05'], [...LEGACY_STDIO_REVISIONS])
    assert.ok(isAtLeast('2025-11-25', '2025-06-18'))
    assert.ok(!isAtLeast('2025-03-26', '2025-06-18'))
    assert.deepEqual(REVISIONS.filter(hasBatches), ['2025-03-26'])
  })

  test('are their exact spelling', () => {
    for (const text of [
      '2025-06-18 ',
      '2025-6-18',
      'DRAFT-2026-v1',
      '',
      undefined,
      20250618,
      ['2025-06-18'],
    ]) {
      assert.ok(!isRevision(text))
    }
    assert.ok(REVISIONS.every(isRevision))
  })
})
