import type { Command } from './command.ts'

/** A command as `--help` tells it; its file is loaded when it is run. */
export interface CommandRow {
  /** One or two words: `cred set`. */
  readonly name: string
  /** Arguments as commander writes them. */
  readonly takes: string
  readonly summary: string
  /** Help opens with two. */
  readonly examples: readonly [string, string]
  /** Flags and what they do; `repeat`: may be given several times. */
  readonly options?: readonly (readonly [flags: string, says: string, how?: 'repeat'])[]
  /** What --json may name. */
  readonly fields?: readonly string[]
  /** Works with the data folder and its socket alone: takes no --url. */
  readonly here?: boolean
  /** `plane`: takes --plane. */
  readonly plane?: boolean
  readonly load: () => Promise<Command>
}

const kindOption = ['--kind <kind>', 'tool, prompt, resource or template (default: tool)'] as const

export const catalog: readonly CommandRow[] = [
  {
    name: 'start',
    takes: '',
    here: true,
    summary: 'Serve until stopped.',
    examples: [
      'bailiwick start --sample',
      'bailiwick start --data /srv/bailiwick --listen 127.0.0.1:4690',
    ],
    options: [
      ['--listen <host:port>', 'where to listen (default: 127.0.0.1:4680)'],
      ['--origin <url>', 'the address that callers use, where it is not the one listened on'],
      ['--tls-cert <file>', 'certificate chain, PEM'],
      ['--tls-key <file>', 'its private key, PEM'],
      ['--trust-proxy <cidr>', 'addresses of a proxy that ends TLS in front'],
      ['--sample', 'put a sample plane on an empty store'],
    ],
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'stop',
    takes: '',
    here: true,
    summary: 'Let calls under way end, then stop the running installation.',
    examples: ['bailiwick stop', 'bailiwick stop --data /srv/bailiwick'],
    load: () => import('./commands/stop.ts'),
  },
  {
    name: 'status',
    takes: '',
    summary: 'Planes, servers, their health and eras, and what is not shown to agents.',
    examples: ['bailiwick status', 'bailiwick status --json ready,planes'],
    plane: true,
    fields: [
      'version',
      'pid',
      'serving',
      'dataFolder',
      'origin',
      'startedAt',
      'ready',
      'because',
      'revision',
      'planes',
    ],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'doctor',
    takes: '',
    here: true,
    summary: 'Check this machine and the data folder; each finding with its fix.',
    examples: ['bailiwick doctor', 'bailiwick doctor --data /srv/bailiwick --json'],
    options: [['--listen <host:port>', 'the address to check (default: 127.0.0.1:4680)']],
    fields: ['check', 'ok', 'found', 'fix'],
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'setup-code',
    takes: '',
    here: true,
    summary: 'Print a new code for the first administrator: good once, for half an hour.',
    examples: ['bailiwick setup-code', 'bailiwick setup-code --recover'],
    options: [['--recover', 'for another administrator, where nobody can sign in any more']],
    fields: ['code', 'endsAt'],
    load: () => import('./commands/setup-code.ts'),
  },
  {
    name: 'login',
    takes: '',
    summary: 'Sign in to an installation elsewhere; other commands then take --url.',
    examples: [
      'bailiwick login --url https://gateway.example --name ayse',
      'pass show gateway | bailiwick login --name ayse --password-stdin',
    ],
    options: [
      ['--name <name>', 'whose account (default: asked for)'],
      ['--password-stdin', 'read the password from standard input, without its last line break'],
      ['--setup-code-file <file>', 'make the first administrator with the code in this file'],
    ],
    fields: ['origin', 'person', 'endsAt', 'file'],
    load: () => import('./commands/login.ts'),
  },
  {
    name: 'apply',
    takes: '',
    summary: 'Make policy and registry what the documents say: everything or nothing.',
    examples: [
      'bailiwick apply -f policy/ --set payments --dry-run',
      'bailiwick apply -f grant.yaml',
    ],
    options: [
      [
        '-f, --file <path>',
        'a file, a folder (its .yaml, .yml and .json) or - for standard input',
        'repeat',
      ],
      [
        '--set <name>',
        'the set that the documents belong to (default: the base name of the only -f)',
      ],
      ['--dry-run', 'show what would change, and change nothing'],
      ['--prune', 'also remove what the same set applied before and does not hold now'],
    ],
    fields: ['revision', 'set', 'dryRun', 'changes', 'diff', 'servers'],
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'export',
    takes: '',
    summary: 'Print the documents as apply takes them back.',
    examples: ['bailiwick export > policy.yaml', 'bailiwick export --plane ops'],
    plane: true,
    fields: ['yaml'],
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'schema',
    takes: '',
    here: true,
    summary: 'Print the JSON Schema of the documents, for editors.',
    examples: ['bailiwick schema > bailiwick.schema.json', 'bailiwick schema | jq .oneOf'],
    load: () => import('./commands/schema.ts'),
  },
  {
    name: 'call',
    takes: '<target> [arguments...]',
    here: true,
    summary: 'Call a tool as one of the agents, over HTTP with a real token.',
    examples: [
      'bailiwick call ops/bank/accounts_list --as planner',
      'echo \'{"id":7}\' | bailiwick call ops/bank/account_get --args -',
    ],
    options: [
      ['--as <agent>', 'AGENT or AGENT@CONSUMER (default: the only one)'],
      ['--args <json>', 'the arguments as a JSON object, - for standard input'],
    ],
    fields: ['content', 'structuredContent', 'isError', '_meta'],
    load: () => import('./commands/call.ts'),
  },
  {
    name: 'connect',
    takes: '<place>',
    here: true,
    summary: 'Be an MCP server on standard input and output: the bridge for any MCP client.',
    examples: [
      'bailiwick connect ops --as planner',
      'bailiwick connect ops/bank --data /srv/bailiwick',
    ],
    options: [['--as <agent>', 'AGENT or AGENT@CONSUMER (default: the only one)']],
    load: () => import('./commands/connect.ts'),
  },
  {
    name: 'token',
    takes: '[agent]',
    here: true,
    summary: 'Print a short-lived access token of an agent.',
    examples: [
      'bailiwick token planner',
      'bailiwick token planner@workplace --resource http://127.0.0.1:4680/mcp/ops/bank',
    ],
    options: [['--resource <uri>', "the endpoint it is for (default: the plane's)"]],
    plane: true,
    fields: ['token', 'expiresInS', 'plane', 'client', 'resource'],
    load: () => import('./commands/token.ts'),
  },
  {
    name: 'calls',
    takes: '',
    summary: 'The newest calls, refused ones as well, with where each of them ended.',
    examples: [
      'bailiwick calls',
      'bailiwick calls --agent planner --most 100 --json call,decision',
    ],
    options: [
      ['--agent <agent>', 'of this AGENT or AGENT@CONSUMER only'],
      ['--most <n>', 'how many (default: 20)'],
    ],
    plane: true,
    fields: [
      'call',
      'at',
      'plane',
      'position',
      'agent',
      'consumer',
      'method',
      'server',
      'kind',
      'name',
      'decision',
      'station',
      'because',
      'outcome',
      'count',
      'path',
    ],
    load: () => import('./commands/calls.ts'),
  },
  {
    name: 'why',
    takes: '<call>',
    summary: 'Everything about one call: each station, the entries, what it would meet now.',
    examples: [
      'bailiwick why cal_01JD7Q3M8Z4T6W2X9Y5V1B0C7D',
      'bailiwick why cal_01JD7Q3M8Z --json',
    ],
    plane: true,
    fields: ['plane', 'call', 'at', 'record', 'path', 'entries', 'now'],
    load: () => import('./commands/why.ts'),
  },
  {
    name: 'can',
    takes: '<agent> <target>',
    summary: 'Whether an agent may use a capability, why, and what would change it.',
    examples: [
      'bailiwick can planner ops/bank/transfer',
      'bailiwick can planner@workplace ops/bank/transfer --json decision',
    ],
    options: [kindOption],
    fields: [
      'decision',
      'because',
      'plane',
      'client',
      'server',
      'kind',
      'name',
      'considered',
      'quotas',
      'wouldChange',
    ],
    load: () => import('./commands/can.ts'),
  },
  {
    name: 'cred set',
    takes: '<name>',
    summary: 'Put a secret into the vault; it never stands on a command line.',
    examples: [
      'bailiwick cred set calendar-api',
      'pass show calendar | bailiwick cred set calendar-api --from-stdin',
    ],
    options: [['--from-stdin', 'read the secret from standard input, without its last line break']],
    plane: true,
    fields: ['plane', 'credential', 'version'],
    load: () => import('./commands/cred-set.ts'),
  },
  {
    name: 'cred list',
    takes: '',
    summary: 'Credentials, their versions and who they are lent to; never a secret.',
    examples: ['bailiwick cred list', 'bailiwick cred list --plane ops --json'],
    plane: true,
    fields: ['plane', 'credential', 'owner', 'version', 'at', 'servers'],
    load: () => import('./commands/cred-list.ts'),
  },
  {
    name: 'cred remove',
    takes: '<name>',
    summary: 'Take every version of a secret out of the vault.',
    examples: [
      'bailiwick cred remove calendar-api',
      'bailiwick cred remove calendar-api --plane ops --yes',
    ],
    options: [['--yes', 'without asking']],
    plane: true,
    fields: ['plane', 'credential', 'servers'],
    load: () => import('./commands/cred-remove.ts'),
  },
  {
    name: 'agent list',
    takes: '',
    summary: 'Agents, whom they act for, and how they authenticate.',
    examples: ['bailiwick agent list', 'bailiwick agent list --plane ops --json'],
    plane: true,
    fields: ['plane', 'agent', 'consumers', 'owner', 'authenticates', 'grants'],
    load: () => import('./commands/agent-list.ts'),
  },
  {
    name: 'agent secret',
    takes: '<agent>',
    summary: 'Make a new client secret for an agent; shown once, the one before it is void.',
    examples: [
      'bailiwick agent secret planner',
      'bailiwick agent secret planner@workplace --plane ops',
    ],
    plane: true,
    fields: ['plane', 'client', 'secret', 'issuer'],
    load: () => import('./commands/agent-secret.ts'),
  },
  {
    name: 'agent suspend',
    takes: '<agent>',
    summary: 'Stop an agent at once, whatever its grants say, until it is resumed.',
    examples: [
      'bailiwick agent suspend planner --reason "loops over accounts"',
      'bailiwick agent suspend planner --plane ops --reason "key leaked" --url https://gateway.example',
    ],
    options: [['--reason <text>', 'why; it stands in the ledger']],
    plane: true,
    fields: ['plane', 'agent', 'revision'],
    load: () => import('./commands/agent-suspend.ts'),
  },
  {
    name: 'agent resume',
    takes: '<agent>',
    summary: 'Let a suspended agent go on.',
    examples: ['bailiwick agent resume planner', 'bailiwick agent resume planner --plane ops'],
    plane: true,
    fields: ['plane', 'agent', 'revision'],
    load: () => import('./commands/agent-resume.ts'),
  },
  {
    name: 'server list',
    takes: '',
    summary: 'Servers, their health, and how many of their capabilities agents can get.',
    examples: ['bailiwick server list', 'bailiwick server list --plane ops --json server,state'],
    plane: true,
    fields: [
      'plane',
      'server',
      'title',
      'owner',
      'upstream',
      'state',
      'detail',
      'since',
      'modern',
      'legacy',
      'isolation',
      'restarts',
      'credential',
      'credentialVersion',
      'counts',
    ],
    load: () => import('./commands/server-list.ts'),
  },
  {
    name: 'server show',
    takes: '<server>',
    summary: 'One server and every capability, with what is held and how it changed.',
    examples: [
      'bailiwick server show ops/bank',
      'bailiwick server show ops/bank --json capabilities',
    ],
    plane: true,
    fields: [
      'plane',
      'server',
      'title',
      'owner',
      'gateway',
      'set',
      'upstream',
      'state',
      'detail',
      'since',
      'modern',
      'legacy',
      'isolation',
      'restarts',
      'credential',
      'credentialVersion',
      'counts',
      'capabilities',
    ],
    load: () => import('./commands/server-show.ts'),
  },
  {
    name: 'server classify',
    takes: '<server> <name> <class>',
    summary: 'Say what a capability does: read, write or destructive. Before that nobody sees it.',
    examples: [
      'bailiwick server classify ops/bank accounts_list read',
      'bailiwick server classify ops/bank transfer write --label money',
    ],
    options: [
      kindOption,
      ['--scope <scope>', 'a scope that the token needs', 'repeat'],
      ['--label <label>', 'a label for selectors', 'repeat'],
    ],
    plane: true,
    fields: ['plane', 'server', 'kind', 'name', 'class', 'revision', 'set'],
    load: () => import('./commands/server-classify.ts'),
  },
  {
    name: 'server release',
    takes: '<server> <name>',
    summary: 'Accept the changed definition of a capability that is held.',
    examples: ['bailiwick server release ops/bank accounts_list', 'bailiwick server show ops/bank'],
    plane: true,
    fields: ['plane', 'server', 'capability', 'before'],
    load: () => import('./commands/server-release.ts'),
  },
]

export const groups: Readonly<Record<string, string>> = {
  cred: 'Secrets for calling servers.',
  agent: 'Agents and their own secrets.',
  server: 'Servers behind the gateway and their capabilities.',
}

/** Commands of the product that this version does not build; refused by name, never half done. */
export const unbuilt: readonly string[] = [
  'verify',
  'ledger',
  'review',
  'alarm',
  'policy',
  'import',
  'cred rotate',
  'cred destroy',
  'server block',
]
