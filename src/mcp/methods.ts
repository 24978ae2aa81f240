import { REVISIONS, type Revision } from './revisions.ts'

/** Who sends the message. */
export type Sender = 'client' | 'server'

/** What a capability is; `template` only where templates are listed apart from resources. */
export type CapabilityKind = 'tool' | 'prompt' | 'resource' | 'template'

/** The member of `params` that names what the request is about. `ref` is `{ type, name | uri }`. */
export type NameMember = 'name' | 'uri' | 'ref' | 'taskId'

interface Row {
  readonly method: string
  readonly sender: Sender
  /** A request is answered, a notification is not. */
  readonly form: 'request' | 'notification'
  /** The first and the last revision that has the method. */
  readonly since: Revision
  readonly until: Revision
  /** The extension that the method belongs to; core methods have none. */
  readonly extension?: string
}

/**
 * Uses one capability and is therefore a call of its own. `completes` is a call on what `ref`
 * points to: a prompt by name, a resource (template) by URI.
 */
export interface CallMethod extends Row {
  readonly kind: 'call'
  readonly capability: 'tool' | 'prompt' | 'resource' | 'reference'
  readonly name: NameMember
  /** Mcp-Name repeats the name (2026-07-28, transports/streamable-http §Standard Request Headers). */
  readonly mirrored: boolean
}

/** Answers with definitions under `result[member]`, page by page. */
export interface ListMethod extends Row {
  readonly kind: 'list'
  readonly capability: CapabilityKind
  readonly member: 'tools' | 'prompts' | 'resources' | 'resourceTemplates'
}

/** Opens, keeps or describes the conversation; touches no capability. */
export interface SessionMethod extends Row {
  readonly kind: 'session'
}

/** Opens a stream of change notices; `params.notifications.resourceSubscriptions` names resources. */
export interface ListenMethod extends Row {
  readonly kind: 'listen'
}

/** Follows a task that an earlier call began; `params.taskId` names it where `name` says so. */
export interface TaskMethod extends Row {
  readonly kind: 'task'
  readonly name?: 'taskId'
  readonly mirrored: boolean
}

/** Asks the other side for something in the middle of a call (legacy era only, from the server). */
export interface AskMethod extends Row {
  readonly kind: 'ask'
}

/** Tells the other side something. */
export interface NoticeMethod extends Row {
  readonly kind: 'notice'
}

export type Method =
  | CallMethod
  | ListMethod
  | SessionMethod
  | ListenMethod
  | TaskMethod
  | AskMethod
  | NoticeMethod

const TASKS = 'io.modelcontextprotocol/tasks'

const all = { since: '2024-11-05', until: '2026-07-28' } as const
const legacy = { since: '2024-11-05', until: '2025-11-25' } as const
const modern = { since: '2026-07-28', until: '2026-07-28' } as const
const since2025Jun = { since: '2025-06-18', until: '2025-11-25' } as const
const only2025Nov = { since: '2025-11-25', until: '2025-11-25' } as const

const asks = { sender: 'client', form: 'request' } as const
const tells = { sender: 'client', form: 'notification' } as const
const serverAsks = { sender: 'server', form: 'request' } as const
const serverTells = { sender: 'server', form: 'notification' } as const

/**
 * Every method of every revision, once per sender and range of revisions (schema.ts of each
 * revision: ClientRequest, ClientNotification, ServerRequest, ServerNotification; ext-tasks).
 */
export const METHODS: readonly Method[] = [
  // client → server: calls
  {
    method: 'tools/call',
    ...asks,
    ...all,
    kind: 'call',
    capability: 'tool',
    name: 'name',
    mirrored: true,
  },
  {
    method: 'prompts/get',
    ...asks,
    ...all,
    kind: 'call',
    capability: 'prompt',
    name: 'name',
    mirrored: true,
  },
  {
    method: 'resources/read',
    ...asks,
    ...all,
    kind: 'call',
    capability: 'resource',
    name: 'uri',
    mirrored: true,
  },
  {
    method: 'resources/subscribe',
    ...asks,
    ...legacy,
    kind: 'call',
    capability: 'resource',
    name: 'uri',
    mirrored: false,
  },
  {
    method: 'resources/unsubscribe',
    ...asks,
    ...legacy,
    kind: 'call',
    capability: 'resource',
    name: 'uri',
    mirrored: false,
  },
  {
    method: 'completion/complete',
    ...asks,
    ...all,
    kind: 'call',
    capability: 'reference',
    name: 'ref',
    mirrored: false,
  },

  // client → server: lists
  { method: 'tools/list', ...asks, ...all, kind: 'list', capability: 'tool', member: 'tools' },
  {
    method: 'prompts/list',
    ...asks,
    ...all,
    kind: 'list',
    capability: 'prompt',
    member: 'prompts',
  },
  {
    method: 'resources/list',
    ...asks,
    ...all,
    kind: 'list',
    capability: 'resource',
    member: 'resources',
  },
  {
    method: 'resources/templates/list',
    ...asks,
    ...all,
    kind: 'list',
    capability: 'template',
    member: 'resourceTemplates',
  },

  // client → server: the conversation itself
  { method: 'initialize', ...asks, ...legacy, kind: 'session' },
  { method: 'ping', ...asks, ...legacy, kind: 'session' },
  { method: 'logging/setLevel', ...asks, ...legacy, kind: 'session' },
  { method: 'server/discover', ...asks, ...modern, kind: 'session' },
  { method: 'subscriptions/listen', ...asks, ...modern, kind: 'listen' },

  // client → server: tasks, in core for one revision and an extension since
  { method: 'tasks/get', ...asks, ...only2025Nov, kind: 'task', name: 'taskId', mirrored: false },
  {
    method: 'tasks/result',
    ...asks,
    ...only2025Nov,
    kind: 'task',
    name: 'taskId',
    mirrored: false,
  },
  {
    method: 'tasks/cancel',
    ...asks,
    ...only2025Nov,
    kind: 'task',
    name: 'taskId',
    mirrored: false,
  },
  { method: 'tasks/list', ...asks, ...only2025Nov, kind: 'task', mirrored: false },
  {
    method: 'tasks/get',
    ...asks,
    ...modern,
    kind: 'task',
    name: 'taskId',
    mirrored: true,
    extension: TASKS,
  },
  {
    method: 'tasks/update',
    ...asks,
    ...modern,
    kind: 'task',
    name: 'taskId',
    mirrored: true,
    extension: TASKS,
  },
  {
    method: 'tasks/cancel',
    ...asks,
    ...modern,
    kind: 'task',
    name: 'taskId',
    mirrored: true,
    extension: TASKS,
  },

  // client → server: notices. In the modern era `notifications/cancelled` is for stdio alone.
  { method: 'notifications/initialized', ...tells, ...legacy, kind: 'session' },
  { method: 'notifications/cancelled', ...tells, ...all, kind: 'notice' },
  { method: 'notifications/progress', ...tells, ...legacy, kind: 'notice' },
  { method: 'notifications/roots/list_changed', ...tells, ...legacy, kind: 'notice' },
  { method: 'notifications/tasks/status', ...tells, ...only2025Nov, kind: 'notice' },

  // server → client: requests, which the modern era replaced by results that ask for input
  { method: 'ping', ...serverAsks, ...legacy, kind: 'session' },
  { method: 'sampling/createMessage', ...serverAsks, ...legacy, kind: 'ask' },
  { method: 'roots/list', ...serverAsks, ...legacy, kind: 'ask' },
  { method: 'elicitation/create', ...serverAsks, ...since2025Jun, kind: 'ask' },
  {
    method: 'tasks/get',
    ...serverAsks,
    ...only2025Nov,
    kind: 'task',
    name: 'taskId',
    mirrored: false,
  },
  {
    method: 'tasks/result',
    ...serverAsks,
    ...only2025Nov,
    kind: 'task',
    name: 'taskId',
    mirrored: false,
  },
  {
    method: 'tasks/cancel',
    ...serverAsks,
    ...only2025Nov,
    kind: 'task',
    name: 'taskId',
    mirrored: false,
  },
  { method: 'tasks/list', ...serverAsks, ...only2025Nov, kind: 'task', mirrored: false },

  // server → client: notices
  { method: 'notifications/cancelled', ...serverTells, ...all, kind: 'notice' },
  { method: 'notifications/progress', ...serverTells, ...all, kind: 'notice' },
  { method: 'notifications/message', ...serverTells, ...all, kind: 'notice' },
  { method: 'notifications/tools/list_changed', ...serverTells, ...all, kind: 'notice' },
  { method: 'notifications/prompts/list_changed', ...serverTells, ...all, kind: 'notice' },
  { method: 'notifications/resources/list_changed', ...serverTells, ...all, kind: 'notice' },
  { method: 'notifications/resources/updated', ...serverTells, ...all, kind: 'notice' },
  { method: 'notifications/elicitation/complete', ...serverTells, ...only2025Nov, kind: 'notice' },
  { method: 'notifications/tasks/status', ...serverTells, ...only2025Nov, kind: 'notice' },
  { method: 'notifications/subscriptions/acknowledged', ...serverTells, ...modern, kind: 'notice' },
  { method: 'notifications/tasks', ...serverTells, ...modern, kind: 'notice', extension: TASKS },
]

function index(sender: Sender, revision: Revision): ReadonlyMap<string, Method> {
  const rows = METHODS.filter(
    (row) => row.sender === sender && revision >= row.since && revision <= row.until,
  )
  return new Map(rows.map((row) => [row.method, row]))
}

function indexBySender(sender: Sender): Record<Revision, ReadonlyMap<string, Method>> {
  const entries = REVISIONS.map((revision) => [revision, index(sender, revision)] as const)
  return Object.fromEntries(entries) as Record<Revision, ReadonlyMap<string, Method>>
}

const bySender = { client: indexBySender('client'), server: indexBySender('server') }

/**
 * The method as that side may send it in that revision, or undefined: what has no row is refused
 * (−32601), so a message that this table does not know never reaches anybody. Names compare exactly.
 */
export function findMethod(sender: Sender, revision: Revision, method: string): Method | undefined {
  return bySender[sender][revision].get(method)
}
