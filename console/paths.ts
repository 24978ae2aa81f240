/**
 * Every address of the console, in one object: pages link by these and by nothing else. Names are put
 * into a path escaped; list state (filters, peek, time) is the query's, see filters/search.ts.
 */
const part = (name: string): string => encodeURIComponent(name)

export const paths = {
  overview: () => '/m',
  traffic: () => '/m/traffic',

  ledger: () => '/m/ledger',
  entry: (position: number) => `/m/ledger/${position}`,
  integrity: () => '/m/ledger/integrity',
  exports: () => '/m/ledger/exports',
  find: () => '/m/ledger/find',
  call: (call: string) => `/m/calls/${part(call)}`,

  alarms: () => '/m/alarms',
  reviews: () => '/m/reviews',
  drift: () => '/m/reviews/drift',
  /** `KIND/NAME` stands in the query: a name may hold slashes, which no proxy leaves alone in a path. */
  driftOf: (item: string, capability: string) =>
    `/m/reviews/drift/${part(item)}?capability=${part(capability)}`,

  catalog: () => '/m/catalog',
  capabilities: () => '/m/catalog/capabilities',
  register: () => '/m/catalog/register',
  item: (item: string, tab: ItemTab = 'summary') =>
    `/m/catalog/items/${part(item)}${tab === 'summary' ? '' : `/${tab}`}`,

  agents: () => '/m/agents',
  consumers: () => '/m/consumers',
  consumer: (consumer: string) => `/m/consumers/${part(consumer)}`,
  agent: (agent: string, tab: AgentTab = 'summary') =>
    `/m/agents/${part(agent)}${tab === 'summary' ? '' : `/${tab}`}`,

  permissions: () => '/m/permissions',
  grants: () => '/m/permissions/grants',
  limits: () => '/m/permissions/limits',
  explain: () => '/m/permissions/explain',
  tests: () => '/m/permissions/tests',

  credentials: () => '/m/credentials',

  settings: (tab: SettingsTab = 'planes') => `/m/settings/${tab}`,

  portal: () => '/p',
  access: () => '/p/access',
  activity: () => '/p/activity',

  signIn: () => '/m/sign-in',
  setup: () => '/setup',
  firstCall: () => '/m/first-call',
} as const

/** A page of the Manager's issuer, where somebody with an account here makes passkeys and takes them away. */
export const passkeysPage = '/oauth/manager/passkeys'

export type ItemTab = 'summary' | 'capabilities' | 'access' | 'changes' | 'credential' | 'traffic'
export type AgentTab = 'summary' | 'grants' | 'see' | 'traffic' | 'keys'
export type SettingsTab =
  | 'planes'
  | 'people'
  | 'identity'
  | 'data-classes'
  | 'retention'
  | 'sinks'
  | 'notifications'
  | 'about'
