import { pathOf } from '../peers/program.ts'

/** A plane `ops` before the sample bank, as YAML documents (JSON is YAML), for the tests of this folder. */
export const bankRunner = (env: Record<string, string> = {}) => ({
  bank: { command: process.execPath, arguments: [pathOf('sample/bank/bank.js')], environment: env },
})

export const classes = {
  accounts_list: 'read',
  account_balance: 'read',
  rates_today: 'read',
  whoami: 'read',
  report_build: 'read',
  transfer_create: 'write',
  account_close: 'destructive',
  bank_drift: 'write',
} as const

type Body = Record<string, unknown>
export const document = (kind: string, body: Body): string =>
  JSON.stringify({ apiVersion: 'bailiwick/v1', kind, ...body })

export const plane = (name = 'ops', more: Body = {}) => document('Plane', { name, ...more })
export const consumer = (planeName = 'ops') =>
  document('Consumer', { plane: planeName, name: 'workplace-ai' })
export const agent = (name: string, planeName = 'ops') =>
  document('Agent', {
    plane: planeName,
    name,
    owner: 'alice@example.com',
    consumers: ['workplace-ai'],
    authenticate: { secret: true },
  })
export const bank = (more: Body = {}, planeName = 'ops') =>
  document('Server', {
    plane: planeName,
    name: 'bank',
    owner: 'core-banking',
    upstream: { runner: 'bank' },
    tools: Object.fromEntries(Object.entries(classes).map(([tool, its]) => [tool, { class: its }])),
    ...more,
  })
export const grant = (
  name: string,
  to: string,
  allow: object[],
  planeName = 'ops',
  more: Body = {},
) =>
  document('Grant', {
    plane: planeName,
    name,
    agent: to,
    consumer: 'workplace-ai',
    allow,
    reason: 'a test',
    ...more,
  })
export const quota = (name: string, over: object[], allow: object) =>
  document('Quota', { plane: 'ops', name, over, per: 'agent', allow })
export const credential = (name: string) =>
  document('Credential', { plane: 'ops', name, owner: 'vault-team' })

export const documents = (...all: string[]): string => all.join('\n---\n')
