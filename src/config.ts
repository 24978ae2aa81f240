import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { namePattern } from '#domain/name.ts'
import { certificateSources } from '#identity/proof/certificates.ts'
import { Fault } from '#lib/fault.ts'

const path = z.string().refine(isAbsolute, 'must be an absolute path')
const name = z
  .string()
  .regex(namePattern, 'must be 1 to 24 of a-z, 0-9 and -, beginning with a letter')
const count = (least: number, most: number) => z.int().min(least).max(most)

/** A program that servers of the plane documents may name; only this file can say what it runs. */
const runner = z.strictObject({
  command: path.describe('The program; no shell reads it, nothing is looked up in PATH.'),
  arguments: z.array(z.string()).default([]),
  folder: path.optional().describe('Where it runs. Default: /.'),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .default({})
    .describe(
      'Its whole environment, but for PATH and what is lent to it. No secrets: those come from the vault.',
    ),
  user: z.string().optional().describe('Runs as this user; needs a gateway that runs as root.'),
  sandbox: z
    .literal('bubblewrap')
    .optional()
    .describe('Runs inside bubblewrap, where that is installed and works.'),
  perCaller: z
    .strictObject({
      most: count(1, 1000)
        .default(20)
        .describe(
          'Most of them for each server that names the runner; a caller more is refused, and nobody else is harmed.',
        ),
      idleMs: count(1000, 86_400_000)
        .default(600_000)
        .describe('One that nobody called for so long is ended, milliseconds.'),
    })
    .optional()
    .describe(
      'A process for each agent and consumer, and each user it acts for: for programs that keep something from one call to the next. {caller} in its arguments and environment is a name of that caller, for files of its own. Default: one process for all.',
    ),
})

/** The operator's configuration: one schema, a sentence, a unit and a default for each field. */
export const configurationSchema = z.strictObject({
  runners: z
    .record(name, runner)
    .default({})
    .describe('Programs that stdio servers are started by.'),
  limits: z
    .strictObject({
      bodyBytes: count(1024, 64 * 1024 * 1024)
        .default(4 * 1024 * 1024)
        .describe('Largest request body, bytes. More is 413.'),
      answerBytes: count(1024, 256 * 1024 * 1024)
        .default(16 * 1024 * 1024)
        .describe('Largest single message of a server, bytes. More fails the call.'),
      jsonDepth: count(8, 512).default(64).describe('Deepest nesting of a request, levels.'),
      jsonNodes: count(100, 10_000_000).default(100_000).describe('Most values in one request.'),
      bodyTimeoutMs: count(100, 600_000)
        .default(15_000)
        .describe('Longest time for a body to arrive, milliseconds.'),
      firstAnswerTimeoutMs: count(100, 3_600_000)
        .default(60_000)
        .describe('Longest time until a server begins to answer, milliseconds.'),
      callTimeoutMs: count(100, 86_400_000)
        .default(600_000)
        .describe('Longest time for a whole call, milliseconds.'),
      concurrentExchanges: count(1, 1_000_000)
        .default(4096)
        .describe('Most requests in work at once; more are 503.'),
      unauthenticatedPerSecond: count(1, 1_000_000)
        .default(2000)
        .describe(
          'Most requests a second without a valid token, over all; more are 429 before anything is checked.',
        ),
      roundTimeoutMs: count(1000, 86_400_000)
        .default(600_000)
        .describe(
          'Longest time a caller may take to answer what a server asks in the middle of a call, milliseconds.',
        ),
      parkedCalls: count(0, 100_000)
        .default(1000)
        .describe('Most calls that wait for what their callers answer; one more is refused.'),
      parkedCallsPerCaller: count(0, 100_000)
        .default(20)
        .describe('Most such calls of one caller.'),
      sessions: count(1, 100_000)
        .default(1000)
        .describe(
          'Most sessions that are kept open at one server for callers of a newer protocol revision; the longest unused gives way.',
        ),
      sessionIdleMs: count(1000, 86_400_000)
        .default(300_000)
        .describe('Such a session is ended when it was unused for so long, milliseconds.'),
      drainMs: count(0, 600_000)
        .default(10_000)
        .describe('Longest wait for calls under way at a stop, milliseconds.'),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      appendDeadlineMs: count(50, 60_000)
        .default(2000)
        .describe(
          'Longest wait for an entry to be durable, milliseconds; then the call is refused.',
        ),
      publish: path
        .optional()
        .describe(
          'A folder, best on storage that nothing is deleted from, where a checkpoint of each ledger is left once a minute; it has to be there. Default: they lie in the data folder alone.',
        ),
    })
    .prefault({}),
  keys: z
    .strictObject({
      everyDays: count(1, 365)
        .default(30)
        .describe('How old a key that signs tokens may grow before the next is made, days.'),
      cachedForSeconds: count(1, 3600)
        .default(300)
        .describe(
          'How long others may cache the keys, seconds. The next key is served for so long before it signs.',
        ),
    })
    .prefault({}),
  clientCertificates: z
    .enum(certificateSources)
    .optional()
    .describe(
      'Where the certificates of callers come from, which tokens can be bound to. `tls`: they are asked for where --tls-cert is given. `proxy`: the addresses of --trust-proxy say them in Client-Cert (RFC 9440), and drop what callers wrote there. Default: none are read.',
    ),
  quotas: z
    .strictObject({
      redis: z
        .strictObject({
          url: z
            .url({ protocol: /^rediss?$/ })
            .refine(
              (url) => new URL(url).password === '',
              'must hold no password: REDIS_PASSWORD does',
            )
            .describe('Where quotas are counted, redis://HOST:PORT/DATABASE.'),
          timeoutMs: count(10, 10_000)
            .default(500)
            .describe('Longest wait for a count, milliseconds; then the call is refused.'),
        })
        .optional()
        .describe('Without it, processes that share a PostgreSQL count there.'),
    })
    .prefault({}),
  discovery: z
    .strictObject({
      everyMs: count(1000, 86_400_000)
        .default(60_000)
        .describe('How often the servers are asked what they offer, milliseconds.'),
      freshMs: count(0, 86_400_000)
        .default(2000)
        .describe(
          'How old the answer may be when one of their capabilities is called, milliseconds; else they are asked again first. 0: before every call.',
        ),
      patienceMs: count(100, 60_000)
        .default(5000)
        .describe('Longest wait of a call for that answer, milliseconds; then it is refused.'),
    })
    .prefault({}),
  telemetry: z
    .strictObject({
      series: count(10, 1_000_000)
        .default(2000)
        .describe(
          'Most series of each metric; what comes beyond is counted together, as `_other` of its plane.',
        ),
      metrics: z
        .strictObject({
          listen: z
            .string()
            .regex(
              /^(127\.0\.0\.1|\[::1\]):\d{1,5}$/,
              'must be 127.0.0.1:PORT or [::1]:PORT; beyond loopback /metrics is read at the origin, with a token',
            )
            .optional()
            .describe(
              'Where Prometheus on this machine reads /metrics without a token. With --workers each process takes the next free port.',
            ),
          tokenSha256: z
            .array(
              z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits, in lower case'),
            )
            .default([])
            .describe(
              'SHA-256 of each token with which /metrics is read at the origin. None: there is no /metrics there.',
            ),
        })
        .prefault({}),
      otlp: z
        .strictObject({
          url: z
            .url({ protocol: /^https?$/ })
            .refine(
              (url) => new URL(url).username === '' && new URL(url).password === '',
              'must hold no password: OTEL_EXPORTER_OTLP_HEADERS does',
            )
            .describe(
              'A collector that takes OTLP over HTTP, without /v1/traces and /v1/metrics at its end.',
            ),
          protocol: z
            .enum(['http/protobuf', 'http/json'])
            .default('http/protobuf')
            .describe('How what is sent is written.'),
          traces: z.boolean().default(true).describe('A span for each call and each of its legs.'),
          metrics: z.boolean().default(true).describe('What /metrics tells.'),
          sampled: z
            .number()
            .min(0)
            .max(1)
            .default(1)
            .describe(
              'Share of the traces that begin here which are exported. Of others their beginner decides.',
            ),
          queue: count(1, 1_000_000)
            .default(8192)
            .describe('Most spans that wait to be sent; more are dropped and counted.'),
          spansEveryMs: count(100, 600_000)
            .default(5000)
            .describe('How often spans are sent, milliseconds.'),
          metricsEveryMs: count(1000, 3_600_000)
            .default(60_000)
            .describe('How often metrics are sent, milliseconds.'),
          timeoutMs: count(100, 600_000)
            .default(10_000)
            .describe(
              'Longest wait for the collector, milliseconds; what it did not take is lost.',
            ),
        })
        .optional()
        .describe('Where traces and metrics are sent. Without it nothing is.'),
      baggage: z
        .enum(['pass', 'drop'])
        .default('pass')
        .describe(
          'Whether the baggage (W3C) that callers send goes on to servers. It is never read, recorded or exported.',
        ),
    })
    .prefault({}),
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe('Host values accepted besides the origin’s, for a proxy that keeps its own.'),
  allowedOrigins: z
    .array(z.string())
    .default([])
    .describe('Origin values accepted besides the origin itself.'),
})

export type Configuration = z.infer<typeof configurationSchema>

/** Of the Redis that counts quotas: a secret, so the file does not hold it. */
export const redisPassword = (): string | undefined => process.env.REDIS_PASSWORD || undefined

/** Reads the file (none: all defaults). Every problem at once; an unknown key is one. Throws Fault('bad_configuration'). */
export const readConfiguration = (file: string | undefined): Configuration => {
  const parsed = file === undefined ? {} : parseYaml(file)
  const checked = configurationSchema.safeParse(parsed ?? {})
  if (checked.success) return checked.data
  const problems = checked.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
  )
  throw new Fault('bad_configuration', {
    detail: `${file ?? 'the configuration'} has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`,
    fix: 'Mend them and start again; docs/configuration.md lists every field.',
  })
}

const parseYaml = (file: string): unknown => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Fault('bad_configuration', { detail: `${file} cannot be read.`, cause })
  }
  const document = parseDocument(text)
  if (document.errors.length > 0)
    throw new Fault('bad_configuration', {
      detail: `${file}: ${document.errors.map((one) => one.message).join('; ')}`,
    })
  return document.toJS()
}
