import type { Document } from './documents.ts'

/** What each server has: by what it reads, by what it writes. */
type Desk = { reads: string[]; writes: string[]; old?: true }
const soc: Record<string, Desk> = {
  siem: { reads: ['search_alerts', 'read_alert'], writes: ['close_alert'] },
  edr: { reads: ['list_hosts'], writes: ['isolate_host'], old: true },
  cases: { reads: ['read_case'], writes: ['open_case'] },
  intel: { reads: ['look_up'], writes: ['add_indicator'] },
  deception: { reads: ['list_lures'], writes: ['set_lure'] },
  scanner: { reads: ['read_finding'], writes: ['start_scan'] },
  forensics: { reads: ['read_image'], writes: ['take_image'] },
}
const operations: Record<string, Desk> = {
  accounts: { reads: ['read_account'], writes: ['freeze_account'] },
  payments: { reads: ['read_payment'], writes: ['send_payment'] },
  atm: { reads: ['read_cash'], writes: ['order_cash'], old: true },
  batch: { reads: ['read_run'], writes: ['start_run'] },
  tickets: { reads: ['read_ticket'], writes: ['create_ticket'] },
  cmdb: { reads: ['read_asset'], writes: ['write_asset'] },
  calendar: { reads: ['read_day'], writes: ['write_day'] },
}
export const teams = { soc, operations } as const
export type Team = keyof typeof teams
export const desks = Object.entries(teams).flatMap(([team, all]) =>
  Object.entries(all).map(([name, desk]) => ({ team: team as Team, name, desk })),
)

export const plane = 'bank'
/** Takes no token that is older than some seconds. */
export const quick = 'deception'
export const consumer = 'workplace'
type Its = (typeof desks)[number]
const serverOf = ({ team, name, desk }: Its, upstream: object): Document => {
  const classified = (tools: string[], its: string) =>
    tools.map((tool) => [tool, { class: its, scopes: [`${name}.${its}`] }])
  return {
    kind: 'Server',
    plane,
    name,
    owner: team,
    upstream,
    require: { maxTokenAge: name === quick ? '3s' : '300s' },
    tools: Object.fromEntries([
      ...classified(desk.reads, 'read'),
      ...classified(desk.writes, 'write'),
    ]),
  }
}

/** What each agent may, and so all that it sees. */
export const agents: Record<string, { team: Team; allow: Document['allow']; sees: string[] }> = {
  triage: {
    team: 'soc',
    allow: [{ server: ['siem', 'edr', 'cases'], class: 'read' }],
    sees: ['cases__read_case', 'edr__list_hosts', 'siem__read_alert', 'siem__search_alerts'],
  },
  hunter: {
    team: 'soc',
    allow: [{ server: ['forensics', 'accounts'], class: 'read' }, { server: 'intel' }],
    sees: [
      'accounts__read_account',
      'forensics__read_image',
      'intel__add_indicator',
      'intel__look_up',
    ],
  },
  cashier: {
    team: 'operations',
    allow: [{ server: 'payments' }, { server: 'atm', tools: ['read_cash'] }],
    sees: ['atm__read_cash', 'payments__read_payment', 'payments__send_payment'],
  },
  dispatcher: {
    team: 'operations',
    allow: [{ server: 'tickets' }, { server: ['cmdb', 'calendar'], class: 'read' }],
    sees: [
      'calendar__read_day',
      'cmdb__read_asset',
      'tickets__create_ticket',
      'tickets__read_ticket',
    ],
  },
}

export const standing = (upstreamOf: (desk: Its) => object): Document[] => [
  { kind: 'Plane', name: plane },
  { kind: 'Consumer', plane, name: consumer },
  { kind: 'Team', plane, name: 'soc', people: ['sara'] },
  { kind: 'Team', plane, name: 'operations', people: ['otto'] },
  { kind: 'RoleBinding', plane, name: 'soc-reads-all', role: 'soc', team: 'soc' },
  {
    kind: 'RoleBinding',
    plane,
    name: 'audits-operations',
    role: 'auditor',
    people: ['tess'],
    over: { team: 'operations' },
  },
  {
    kind: 'RoleBinding',
    plane,
    name: 'audits-payments',
    role: 'auditor',
    people: ['paul'],
    over: { server: 'payments' },
  },
  ...desks.map((one) => serverOf(one, upstreamOf(one))),
  ...Object.entries(agents).flatMap(([name, { team, allow }]): Document[] => [
    { kind: 'Agent', plane, name, owner: team, consumers: [consumer] },
    { kind: 'Grant', plane, name, agent: name, consumer, allow, reason: 'its work' },
  ]),
  { kind: 'Agent', plane, name: 'trapper', owner: 'soc', consumers: [consumer] },
  {
    kind: 'Grant',
    plane,
    name: 'trapper',
    agent: 'trapper',
    consumer,
    allow: [{ server: [quick, 'cases'], class: 'read' }],
    reason: 'its work',
  },
]
