import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type ApplyInput,
  type Check,
  type Objection,
  type ProblemCode,
  problemCodes,
} from '#change/change.ts'
import { unbuiltKeys, unbuiltKinds } from '#domain/unbuilt.ts'
import { document, grant, handles, quota, server, setUp, sound, stream } from './setup.ts'

/** One bad input: what is applied over a sound plane, and each problem it must give. */
interface Row {
  readonly name: string
  readonly text: string
  readonly more?: Partial<ApplyInput>
  readonly problems: readonly [code: ProblemCode, line: number, message: string | RegExp][]
}

const withLine = (text: string, from: string | RegExp, to: string) => text.replace(from, to)

const syntax: Row[] = [
  {
    name: 'a bracket that is not closed',
    text: withLine(grant, 'class: read }', 'class: read'),
    problems: [['syntax', 9, /missing|must stand on one line|indentation|cannot stand here/]],
  },
  {
    name: 'a tab as indentation',
    text: withLine(grant, '  - {', '\t- {'),
    problems: [['syntax', 8, 'a tab stands where YAML wants spaces']],
  },
  {
    name: 'a list instead of a document',
    text: '- kind: Plane\n',
    problems: [['syntax', 1, 'a document must be a mapping: apiVersion, kind …']],
  },
  {
    name: 'text instead of a document',
    text: 'hello\n',
    problems: [['syntax', 1, 'a document must be a mapping: apiVersion, kind …']],
  },
  {
    name: 'an anchor and an alias',
    text: stream(
      withLine(grant, 'reason: weekly planning', 'reason: &why weekly planning'),
      withLine(grant, 'reason: weekly planning', 'reason: *why'),
    ),
    problems: [
      ['syntax', 9, 'anchors are not accepted'],
      ['syntax', 20, /aliases are not accepted; write the value out/],
    ],
  },
  {
    name: 'a bomb of aliases',
    text: `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`,
    problems: [
      ['syntax', 1, 'anchors are not accepted'],
      ['syntax', 2, 'anchors are not accepted'],
      ['syntax', 2, /^aliases/],
      ['syntax', 3, /^aliases/],
    ],
  },
  {
    name: 'a tag',
    text: withLine(grant, 'reason: weekly', 'reason: !!str weekly'),
    problems: [['syntax', 9, 'tags are not accepted']],
  },
  {
    name: 'a tag that makes a value of something else',
    text: withLine(grant, 'until: "2027-06-30"', 'until: !!timestamp 2027-06-30'),
    problems: [['syntax', 10, 'tags are not accepted']],
  },
  {
    name: 'a directive that would read scalars as YAML 1.1 does',
    text: `%YAML 1.1\n---\n${grant}`,
    problems: [['syntax', 1, 'directives are not accepted; remove the line']],
  },
  {
    name: 'a key that is no text',
    text: withLine(grant, 'reason:', '{ a: 1 }: x\nreason:'),
    problems: [['syntax', 9, 'a key must be text']],
  },
  {
    name: 'a key that reaches for the prototype',
    text: withLine(grant, 'reason:', '__proto__: { until: x }\nreason:'),
    problems: [['syntax', 9, '__proto__ cannot be a key']],
  },
  {
    name: 'a file that is not UTF-8',
    text: withLine(grant, 'weekly', 'w\uFFFDekly'),
    problems: [['syntax', 9, 'the file is not UTF-8 here']],
  },
  {
    name: 'a merge key',
    text: withLine(grant, 'reason:', '<<: { reason: x }\nreason:'),
    problems: [['unknown key', 9, /^Grant planner-reads: \["<<"\] is not a key/]],
  },
]

const heads: Row[] = [
  {
    name: 'an apiVersion of the future',
    text: withLine(grant, 'bailiwick/v1', 'bailiwick/v2'),
    problems: [
      [
        'unknown version',
        1,
        'Grant planner-reads: this version reads no apiVersion but bailiwick/v1',
      ],
    ],
  },
  {
    name: 'no apiVersion',
    text: withLine(grant, 'apiVersion: bailiwick/v1\n', ''),
    problems: [
      [
        'missing key',
        1,
        'Grant planner-reads: apiVersion is missing; write apiVersion: bailiwick/v1',
      ],
    ],
  },
  {
    name: 'a kind with a slip in it',
    text: withLine(grant, 'kind: Grant', 'kind: Grnat'),
    problems: [
      ['unknown kind', 2, 'Grnat planner-reads: Grnat is not a kind; did you mean Grant?'],
    ],
  },
  {
    name: 'no kind',
    text: withLine(grant, 'kind: Grant\n', ''),
    problems: [
      ['missing key', 1, /^document planner-reads: kind is missing; it is one of Plane, /],
    ],
  },
]

const values: Row[] = [
  {
    name: 'a key with a slip in it, deep inside',
    text: withLine(grant, '{ server: calendar, class: read }', '{ server: calendar, tool: [x] }'),
    problems: [
      ['unknown key', 8, 'Grant planner-reads: allow[0].tool is not a key; did you mean tools?'],
    ],
  },
  {
    name: 'a key that is like none',
    text: withLine(grant, 'reason:', 'xyzzy: 1\nreason:'),
    problems: [
      ['unknown key', 9, /xyzzy is not a key; it takes apiVersion, kind, plane, name, agent/],
    ],
  },
  {
    name: 'keys of two alternatives at once',
    text: withLine(server, '{ url:', '{ runner: bank, url:'),
    problems: [['invalid value', 6, 'Server calendar: upstream.runner cannot stand beside url']],
  },
  {
    name: 'a command where a runner is named, which the operator alone may do',
    text: withLine(server, '{ url: "https://calendar.internal/mcp" }', '{ command: /bin/sh }'),
    problems: [
      ['missing key', 6, 'Server calendar: upstream.url is missing'],
      ['unknown key', 6, 'Server calendar: upstream.command is not a key; it takes url, runner'],
    ],
  },
  {
    name: 'a key that is missing',
    text: withLine(grant, 'reason: weekly planning\n', ''),
    problems: [['missing key', 1, 'Grant planner-reads: reason is missing']],
  },
  {
    name: 'a value that is empty',
    text: withLine(grant, 'reason: weekly planning', 'reason:'),
    problems: [['invalid value', 9, 'Grant planner-reads: reason: is empty']],
  },
  {
    name: 'a number where text belongs',
    text: withLine(grant, 'reason: weekly planning', 'reason: 12'),
    problems: [['invalid value', 9, 'Grant planner-reads: reason: must be text; put it in quotes']],
  },
  {
    name: 'a date that is none',
    text: withLine(grant, '2027-06-30', '2027-02-30'),
    problems: [
      ['invalid value', 10, /^Grant planner-reads: until must be a day such as 2027-06-30/],
    ],
  },
  {
    name: 'an instant without its offset',
    text: withLine(grant, '2027-06-30', '2027-06-30T12:00:00'),
    problems: [['invalid value', 10, /^Grant planner-reads: until must be a day such as/]],
  },
  {
    name: 'a class that is none',
    text: withLine(grant, 'class: read', 'class: raed'),
    problems: [
      [
        'invalid value',
        8,
        'Grant planner-reads: allow[0].class must be one of read, write, destructive; did you mean read?',
      ],
    ],
  },
  {
    name: 'an empty selector',
    text: withLine(grant, '{ server: calendar, class: read }', '{}'),
    problems: [['invalid value', 8, /allow\[0\] must name something: an empty selector/]],
  },
  {
    name: 'a selector over tools and resources at once',
    text: withLine(grant, 'class: read }', 'tools: [x], resources: ["a://b"] }'),
    problems: [
      [
        'invalid value',
        8,
        /allow\[0\] may name tools, prompts, resources or operations, one of the four/,
      ],
    ],
  },
  {
    name: 'a name with a capital',
    text: withLine(grant, 'name: planner-reads', 'name: Planner'),
    problems: [['invalid value', 4, /^Grant: name must be 1 to 24 of a-z, 0-9 and -/]],
  },
  {
    name: 'a server by a word of our paths',
    text: withLine(server, 'name: calendar\n', 'name: manager\n'),
    problems: [['invalid value', 4, 'Server manager: name is a reserved word']],
  },
  {
    name: 'a URL with a user in it',
    text: withLine(server, 'https://calendar', 'https://user@calendar'),
    problems: [['invalid value', 6, /upstream.url must be an http or https URL without user/]],
  },
  {
    name: 'a URL of a file',
    text: withLine(server, 'https://calendar.internal/mcp', 'file:///etc/passwd'),
    problems: [['invalid value', 6, /upstream.url must be an http or https URL/]],
  },
  {
    name: 'a credential for a header that is the gateway’s own',
    text: withLine(server, 'header: Authorization', 'header: Mcp-Session-Id'),
    problems: [['invalid value', 7, /header is a header that a credential cannot be lent in/]],
  },
  {
    name: 'a variable that would make a child load something',
    text: stream(
      withLine(
        withLine(server, /upstream: .*/, 'upstream: { runner: bank }'),
        /credential: .*/,
        'credential: { name: calendar-api, env: LD_PRELOAD }',
      ),
    ),
    problems: [['invalid value', 7, /credential.env is a variable that changes how programs run/]],
  },
  {
    name: 'a credential as a variable for a URL',
    text: withLine(server, /credential: .*/, 'credential: { name: calendar-api, env: TOKEN }'),
    problems: [
      ['invalid value', 7, /credential.env is lent to a runner alone: a server with a url takes/],
    ],
  },
  {
    name: 'a credential as a header for a runner',
    text: withLine(server, /upstream: .*/, 'upstream: { runner: bank }'),
    problems: [
      [
        'invalid value',
        7,
        /credential.header is lent to a url alone: a server with a runner takes/,
      ],
    ],
  },
  {
    name: 'two headers for one credential',
    text: withLine(server, 'header: Authorization', 'header: [Authorization, X-Key]'),
    problems: [['invalid value', 7, 'Server calendar: credential.header: must be text']],
  },
  {
    name: 'a template whose brace is not closed',
    text: `${server}resources:\n  "mes://line{n/x": { class: read }\n`,
    problems: [['invalid value', 11, /the key must be a URI or a URI template/]],
  },
  {
    name: 'a token lifetime that is too short',
    text: document('Plane', 'name: ops', 'tokenLifetime: 5s'),
    problems: [['invalid value', 4, 'Plane ops: tokenLifetime must be 30s to 1h']],
  },
  {
    name: 'a time zone that is none',
    text: document('Plane', 'name: ops', 'timeZone: Mars/Base'),
    problems: [['invalid value', 4, /timeZone must be an IANA time zone/]],
  },
  {
    name: 'a title that would rewrite the terminal’s line',
    text: withLine(server, 'owner: workplace-team', 'owner: "x\\e[2K"'),
    problems: [['invalid value', 5, 'Server calendar: owner must not contain control characters']],
  },
  {
    name: 'half a character',
    text: withLine(server, 'owner: workplace-team', 'owner: "x \\ud83d y"'),
    problems: [['syntax', 5, /half a character is escaped here/]],
  },
  {
    name: 'a quota over nothing',
    text: withLine(quota, '{ second: 2, minute: 30 }', '{}'),
    problems: [['invalid value', 7, /allow must bound a second, a minute or a day/]],
  },
  {
    name: 'a quota of a half',
    text: withLine(quota, 'second: 2', 'second: 0.5'),
    problems: [['invalid value', 7, 'Quota reads: allow.second: must be a whole number']],
  },
]

const names: Row[] = [
  {
    name: 'the same key twice',
    text: `${grant}reason: other\n`,
    problems: [['duplicate', 11, 'a key stands twice']],
  },
  {
    name: 'the same document twice, in two files',
    text: grant,
    more: {
      files: [
        { name: 'a.yaml', text: grant },
        { name: 'b.yaml', text: `# again\n${grant}` },
      ],
    },
    problems: [
      ['duplicate', 5, /^Grant planner-reads: plane ops has a second Grant of this name in a.yaml/],
    ],
  },
  {
    name: 'a plane that does not exist',
    text: withLine(grant, 'plane: ops', 'plane: finance'),
    problems: [
      [
        'dangling name',
        3,
        'Grant planner-reads: plane names plane finance, which does not exist; add a document of kind Plane named finance',
      ],
    ],
  },
  {
    name: 'an agent with a slip in its name',
    text: withLine(grant, 'agent: planner', 'agent: planer'),
    problems: [
      [
        'dangling name',
        5,
        'Grant planner-reads: agent names Agent planer, which plane ops does not have; did you mean planner?',
      ],
    ],
  },
  {
    name: 'a server in a selector that does not exist',
    text: withLine(quota, 'server: calendar', 'server: [calendar, mail]'),
    problems: [
      ['dangling name', 5, /over\[0\].server\[1\] names Server mail, which plane ops does/],
    ],
  },
  {
    name: 'a credential that does not exist',
    text: withLine(server, 'name: calendar-api,', 'name: calender-api,'),
    problems: [['dangling name', 7, /credential.name names Credential calender-api.*did you mean/]],
  },
  {
    name: 'a runner that the configuration does not have',
    text: document('Server', 'name: mes', 'owner: x', 'upstream: { runner: mess }'),
    problems: [
      [
        'dangling name',
        6,
        "Server mes: upstream.runner names mess, which the operator's configuration does not have; did you mean mes?",
      ],
    ],
  },
  {
    name: 'a consumer that the agent does not act for',
    text: stream(
      document('Consumer', 'name: partner'),
      withLine(grant, 'consumer: workplace-ai', 'consumer: partner'),
    ),
    problems: [
      [
        'dangling name',
        11,
        'Grant planner-reads: consumer names partner, which Agent planner does not act for; its consumers are workplace-ai',
      ],
    ],
  },
  {
    name: 'a consumer taken from an agent whose grant stands',
    text: stream(
      document('Consumer', 'name: partner'),
      document('Agent', 'name: planner', 'owner: x', 'consumers: [partner]'),
    ),
    problems: [
      [
        'dangling name',
        11,
        'Agent planner: consumers lacks workplace-ai, for which Grant planner-reads of the set files permits it calls; remove that first, or keep the consumer',
      ],
    ],
  },
  {
    name: 'pruning what a document that stays still names',
    text: sound
      .split('---\n')
      .filter((text) => !text.includes('kind: Agent'))
      .join('---\n'),
    more: { prune: true },
    problems: [
      [
        'dangling name',
        30,
        'Grant planner-reads: agent names Agent planner, which prune would remove',
      ],
    ],
  },
  {
    name: 'a document that another set manages',
    text: grant,
    more: { set: 'others' },
    problems: [
      [
        'managed elsewhere',
        4,
        'Grant planner-reads: the set files manages it; change it there, or remove it there first',
      ],
    ],
  },
]

const mail = (name: string, ...more: readonly string[]) =>
  document('Server', `name: ${name}`, 'owner: mail-team', 'upstream: { url: "https://m" }', ...more)

const operationsOf = (...names: readonly string[]) =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: Object.fromEntries(names.map((name) => [`/${name}`, { get: { operationId: name } }])),
  })
const api = (name: string, ...more: readonly string[]) =>
  document(
    'API',
    ...[`name: ${name}`, 'owner: desk'],
    `upstream: { url: "https://t", openapi: '${operationsOf('list', 'read_ca1endar')}' }`,
    ...more,
  )

const lookAlike: Row[] = [
  {
    name: 'an API that looks like a server',
    text: api('ca1endar'),
    problems: [
      [
        'look-alike',
        4,
        'API ca1endar: its name looks like that of Server calendar; choose another',
      ],
    ],
  },
  {
    name: 'a server that looks like an API beside it',
    text: stream(api('tickets-rn'), mail('tickets-m')),
    problems: [
      [
        'look-alike',
        11,
        'Server tickets-m: its name looks like that of API tickets-rn; choose another',
      ],
    ],
  },
  {
    name: 'an operation that looks like a tool of a server',
    text: api(
      'tickets',
      'operations:',
      '  read_ca1endar: { class: read }',
      '  list: { class: read }',
    ),
    problems: [
      [
        'look-alike',
        8,
        /operations has read_ca1endar, which looks like read_calendar of Server calendar/,
      ],
    ],
  },
  {
    name: 'a server that looks like another',
    text: mail('ca1endar'),
    problems: [
      [
        'look-alike',
        4,
        'Server ca1endar: its name looks like that of Server calendar; choose another',
      ],
    ],
  },
  {
    name: 'two servers that look alike',
    text: stream(mail('payments-api'), mail('payrnents-api')),
    problems: [
      ['look-alike', 11, /payrnents-api: its name looks like that of Server payments-api/],
    ],
  },
  {
    name: "a tool that looks like another server's",
    text: mail('mail', 'tools:', '  Read_Calendar: { class: read }', '  read: { class: read }'),
    problems: [
      ['look-alike', 8, /tools has Read_Calendar, which looks like read_calendar of Server/],
    ],
  },
  {
    name: 'a tool in another alphabet that looks like one of the same server',
    text: mail('mail', 'tools:', '  search: { class: read }', '  s\u0435arch: { class: read }'),
    problems: [['look-alike', 9, /looks like search of Server mail/]],
  },
  {
    name: 'prompts that look alike',
    text: mail('mail', 'prompts:', '  item1: { class: read }', '  iteml: { class: read }'),
    problems: [['look-alike', 9, /prompts has iteml, which looks like item1 of Server mail/]],
  },
]

const secrets: Row[] = [
  {
    name: 'a key named like a secret',
    text: withLine(server, 'owner:', 'clientSecret: "hunter2"\nowner:'),
    problems: [
      [
        'secret in file',
        5,
        'Server calendar: clientSecret holds what looks like a secret, by the name of its key; no secret stands in a file: remove it and store it with `bailiwick cred set NAME --from-stdin`',
      ],
    ],
  },
  {
    name: 'a token in the format of a credential',
    text: withLine(server, 'Bearer {secret}', 'Bearer abc123def'),
    problems: [['secret in file', 7, /credential.format holds what looks like/]],
  },
  {
    name: 'a key in the query of a URL',
    text: withLine(server, 'internal/mcp', 'internal/mcp?api_key=abc'),
    problems: [['secret in file', 6, /upstream.url holds what looks like a secret in the query/]],
  },
  {
    name: 'a password in a URL',
    text: withLine(server, 'https://calendar', 'https://bob:hunter2@calendar'),
    problems: [['secret in file', 6, /upstream.url holds what looks like a password in a URL/]],
  },
  {
    name: 'a token in a comment',
    text: `# ghp_${'a1'.repeat(18)}\n${grant}`,
    problems: [['secret in file', 1, /^this line holds what looks like a GitHub token/]],
  },
  {
    name: 'a token in a file that is no YAML',
    text: `key: "sk-live-${'a1'.repeat(18)}\n`,
    problems: [
      ['secret in file', 1, /^this line holds what looks like an API key/],
      ['syntax', 2, /missing/],
    ],
  },
]

const tooLarge: Row[] = [
  {
    name: 'brackets nested twenty thousand deep',
    text: `a: ${'['.repeat(20_000)}`,
    problems: [['too large', 1, 'this is nested too deeply']],
  },
  {
    name: 'a mapping nested deeper than any document is',
    text: `a: ${'{ a: '.repeat(40)}1${' }'.repeat(40)}\n`,
    problems: [['too large', 1, 'this is nested too deeply']],
  },
  {
    name: 'a document between two that is nested too deeply',
    text: stream(`${grant}wen: 1\n`, `a: ${'['.repeat(40)}\n`, `${quota}x: 1\n`),
    problems: [
      ['unknown key', 11, /wen is not a key; did you mean when\?/],
      ['too large', 13, 'this is nested too deeply'],
      ['unknown key', 22, /^Quota reads: x is not a key/],
    ],
  },
  {
    name: 'a document of more than a million characters',
    text: withLine(grant, 'weekly planning', 'x '.repeat(600_000)),
    problems: [['too large', 1, /^the document has more than 1048576 characters/]],
  },
  {
    name: 'more files than are read at once',
    text: '',
    more: { files: Array.from({ length: 1001 }, (_, i) => ({ name: `${i}.yaml`, text: '' })) },
    problems: [['too large', 1, /^there are 1001 files; at most 1000/]],
  },
]

const unbuilt: Row[] = [
  ...[...unbuiltKinds].map(
    ([kind, because]): Row => ({
      name: `a document of kind ${kind}`,
      text: document(kind, 'name: x'),
      problems: [
        [
          'not built yet',
          2,
          `${kind} x: kind ${kind} is not built in this version; remove the document (${because})`,
        ],
      ],
    }),
  ),
  ...unbuiltKeys.map(({ kind, path, values: valuesOf, because }): Row => {
    const shownPath = path.map((step) => (step === '*' ? '' : step))
    return {
      name: `${path.join('.')} of a ${kind}`,
      text: withKey(kind, path, valuesOf?.[0] ?? 'x'),
      problems: [
        [
          'not built yet',
          -1,
          new RegExp(`\`.*${shownPath.at(-1)}.*\` is not built.*${escaped(because)}`),
        ],
      ],
    }
  }),
]

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** A document of that kind, with nothing else wrong where that can be, in which the key stands. */
function withKey(kind: string, path: readonly string[], value: string): string {
  const whole: Record<string, string> = {
    Plane: document('Plane', 'name: ops'),
    Server: document('Server', 'name: new', 'owner: x', 'upstream: { url: "https://a.internal" }'),
    API: document(
      'API',
      'name: new',
      'owner: x',
      'upstream: { url: "https://a.internal", openapi: "{}" }',
    ),
    Agent: document('Agent', 'name: new', 'owner: x', 'consumers: [workplace-ai]'),
    Rule: document('Rule', 'name: new', 'over: [{ class: write }]', 'require: "true"'),
    Grant: grant,
    Quota: quota,
  }
  const text = whole[kind] ?? ''
  const [first = '', second, third] = path
  if (second === undefined)
    return `${text.replace(new RegExp(`^${first}: .*\n`, 'm'), '')}${first}: ${value}\n`
  if (third !== undefined && (first === 'allow' || first === 'over')) {
    return text.replace('{ server: calendar', `{ ${third}: [${value}], server: calendar`)
  }
  if (third !== undefined) return `${text}${first}: { ${second}: { ${third}: ${value} } }\n`
  const inner = new RegExp(`^${first}: \\{`, 'm')
  return inner.test(text)
    ? text.replace(inner, `${first}: { ${second}: ${value},`)
    : `${text}${first}: { ${second}: ${value} }\n`
}

const objected: Row[] = [
  {
    name: 'a condition that a room objects to, in a document between others',
    text: stream(quota, `${grant}when: wrong\n`, withLine(grant, 'planner-reads', 'other')),
    problems: [['bad condition', 19, 'Grant planner-reads: when: it is wrong']],
  },
  {
    name: 'what a room objects to in a document that is not given',
    text: withLine(grant, 'class: read', 'class: destructive'),
    problems: [['broken test', 0, 'PolicyTest never: it would not be true']],
  },
]

const rows: readonly Row[] = [
  ...objected,
  ...syntax,
  ...heads,
  ...values,
  ...names,
  ...lookAlike,
  ...secrets,
  ...tooLarge,
  ...unbuilt,
]

/** A room that knows of one wrong word, and of a sentence that nothing destructive may make false. */
const room: Check = async ({ after, documents }) =>
  documents.flatMap((of) => {
    const grant = of.kind === 'Grant' && after.planes.get(of.plane)?.grants.get(of.name)
    if (!grant) return []
    const message = `Grant ${of.name}: when: it is wrong`
    const at = { ...of, path: ['when'] }
    const objections: Objection[] = []
    if (grant.when === 'wrong') objections.push({ code: 'bad condition', message, at })
    if (grant.allow[0]?.class === 'destructive') {
      const test = { ...of, kind: 'PolicyTest', name: 'never', path: ['says'] } as const
      const message = 'PolicyTest never: it would not be true'
      objections.push({ code: 'broken test', message, at: test })
    }
    return objections
  })

describe('each bad input is refused with its line and its fix, and changes nothing', () => {
  for (const row of rows) {
    test(row.name, async (context) => {
      const { change, store } = await setUp(context)
      const { apply, problems } = handles(change)
      await apply(sound)
      change.onCheck(room)
      const before = change.exportDocuments()
      const found = await problems(row.text, row.more)
      assert.equal(change.exportDocuments(), before)
      assert.equal(await store.revisions.newest(), 1)
      const missing = row.problems.filter(
        ([code, line, message]) =>
          !found.some(
            (one) =>
              one.code === code &&
              (line === -1 || one.line === line) &&
              (typeof message === 'string' ? one.message === message : message.test(one.message)),
          ),
      )
      assert.deepEqual(missing, [], JSON.stringify(found, null, 2))
      if (row.problems.every(([, line]) => line !== -1)) {
        assert.equal(found.length, row.problems.length, JSON.stringify(found, null, 2))
      }
    })
  }

  test('every code of a problem has a row here', () => {
    const shownCodes = new Set(rows.flatMap((row) => row.problems.map(([code]) => code)))
    assert.deepEqual(
      problemCodes.filter((code) => !shownCodes.has(code)),
      [],
    )
  })
})
