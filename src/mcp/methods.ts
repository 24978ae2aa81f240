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
/** SEP-2640: a skill is a folder of resources, named by the URI of its SKILL.md. */
const SKILLS = 'io.modelcontextprotocol/skills'

type Range = Pick<Row, 'since' | 'until'>

const all: Range = { since: '2024-11-05', until: '2026-07-28' }
const legacy: Range = { since: '2024-11-05', until: '2025-11-25' }
const elicitation: Range = { since: '2025-06-18', until: '2025-11-25' }
const sinceExtensions: Range = { since: '2025-11-25', until: '2026-07-28' }
const nov2025: Range = { since: '2025-11-25', until: '2025-11-25' }
const modern: Range = { since: '2026-07-28', until: '2026-07-28' }

const REQUEST = { sender: 'client', form: 'request' } as const
const mirrored = true

function call(
  method: string,
  range: Range,
  capability: CallMethod['capability'],
  name: NameMember,
  isMirrored = false,
): CallMethod {
  return { method, ...REQUEST, ...range, kind: 'call', capability, name, mirrored: isMirrored }
}

function list(
  method: string,
  capability: CapabilityKind,
  member: ListMethod['member'],
): ListMethod {
  return { method, ...REQUEST, ...all, kind: 'list', capability, member }
}

function session(method: string, range: Range, row: Partial<Row> = {}): SessionMethod {
  return { method, ...REQUEST, ...range, kind: 'session', ...row }
}

function task(method: string, sender: Sender, range: Range): TaskMethod {
  const named = method === 'tasks/list' ? {} : { name: 'taskId' as const }
  const extension = range === modern ? { mirrored, extension: TASKS } : { mirrored: false }
  return { method, sender, form: 'request', ...range, kind: 'task', ...named, ...extension }
}

function ask(method: string, range: Range): AskMethod {
  return { method, sender: 'server', form: 'request', ...range, kind: 'ask' }
}

function notice(method: string, sender: Sender, range: Range, extension?: string): NoticeMethod {
  const row = { method, sender, form: 'notification', ...range, kind: 'notice' } as const
  return extension === undefined ? row : { ...row, extension }
}

/**
 * Every method of every revision, once per sender and range of revisions (schema.ts of each
 * revision: ClientRequest, ClientNotification, ServerRequest, ServerNotification; ext-tasks).
 */
export const METHODS: readonly Method[] = [
  call('tools/call', all, 'tool', 'name', mirrored),
  call('prompts/get', all, 'prompt', 'name', mirrored),
  call('resources/read', all, 'resource', 'uri', mirrored),
  call('resources/subscribe', legacy, 'resource', 'uri'),
  call('resources/unsubscribe', legacy, 'resource', 'uri'),
  call('completion/complete', all, 'reference', 'ref'),

  { ...call('skills/get', sinceExtensions, 'resource', 'uri'), extension: SKILLS },
  { ...call('resources/directory/read', sinceExtensions, 'resource', 'uri'), extension: SKILLS },
  session('skills/list', sinceExtensions, { extension: SKILLS }),

  list('tools/list', 'tool', 'tools'),
  list('prompts/list', 'prompt', 'prompts'),
  list('resources/list', 'resource', 'resources'),
  list('resources/templates/list', 'template', 'resourceTemplates'),

  session('initialize', legacy),
  session('notifications/initialized', legacy, { form: 'notification' }),
  session('ping', legacy),
  session('ping', legacy, { sender: 'server' }),
  session('logging/setLevel', legacy),
  session('server/discover', modern),
  { method: 'subscriptions/listen', ...REQUEST, ...modern, kind: 'listen' },

  // In core for one revision, where both sides may have tasks; an extension since.
  task('tasks/get', 'client', nov2025),
  task('tasks/result', 'client', nov2025),
  task('tasks/cancel', 'client', nov2025),
  task('tasks/list', 'client', nov2025),
  task('tasks/get', 'server', nov2025),
  task('tasks/result', 'server', nov2025),
  task('tasks/cancel', 'server', nov2025),
  task('tasks/list', 'server', nov2025),
  task('tasks/get', 'client', modern),
  task('tasks/update', 'client', modern),
  task('tasks/cancel', 'client', modern),

  // The modern era has these in results that ask for input (basic/patterns/mrtr).
  ask('sampling/createMessage', legacy),
  ask('roots/list', legacy),
  ask('elicitation/create', elicitation),

  // In the modern era a client sends `cancelled` on stdio alone: over HTTP it closes the stream.
  notice('notifications/cancelled', 'client', all),
  notice('notifications/progress', 'client', legacy),
  notice('notifications/roots/list_changed', 'client', legacy),
  notice('notifications/tasks/status', 'client', nov2025),

  notice('notifications/cancelled', 'server', all),
  notice('notifications/progress', 'server', all),
  notice('notifications/message', 'server', all),
  notice('notifications/tools/list_changed', 'server', all),
  notice('notifications/prompts/list_changed', 'server', all),
  notice('notifications/resources/list_changed', 'server', all),
  notice('notifications/resources/updated', 'server', all),
  notice('notifications/elicitation/complete', 'server', nov2025),
  notice('notifications/tasks/status', 'server', nov2025),
  notice('notifications/subscriptions/acknowledged', 'server', modern),
  notice('notifications/tasks', 'server', modern, TASKS),
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

/** Whether `params.arguments` is what it calls something with. */
export const takesArguments = (method: string): boolean =>
  method === 'tools/call' || method === 'prompts/get'
