import { Fault, type FaultCode, faults } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import type { CallRow } from '#manager/asking.ts'
import { pathOf } from '#manager/call-path.ts'
import { isObject } from '#mcp/messages.ts'
import type { Explanation } from '#policy/policy.ts'
import type { Control } from './control.ts'
import { contentLines } from './result.ts'
import { type Made, sayOwnError, sayRefusal } from './say-refusal.ts'
import { drawStrip } from './strip.ts'
import type { Terminal } from './terminal.ts'
import type { Reply } from './wire/talk.ts'

/** A check said no. */
const refusedCode = 3
/** The capability was called and answered with an error of its own. */
const ownErrorCode = 9

/**
 * Says why a call came to nothing. The agent was told what an agent may know; whoever sits here
 * administers this installation, so the ledger and the evaluator say the rest.
 */
export const explainFailure = async (
  terminal: Terminal,
  control: Control,
  made: Made,
  reply: Reply,
): Promise<number> => {
  const told = 'error' in reply ? reply.error.message : contentLines(reply.result, false).join('\n')
  const record = await findRecord(control, made, reply)
  const now = await explainNow(control, made)
  const trouble = await findTrouble(control, made)
  if (isRefused(record, now) && !isUnseen(reply)) {
    const fix = now.decision === 'permitted' ? trouble.fix : now.wouldChange
    const waitMs = waitOf(reply)
    sayRefusal(terminal, made, { told, record, now, down: trouble.down, fix, waitMs })
    return refusedCode
  }
  const isFailed = !record || isUnseen(reply) || record.outcome?.status === 'failed'
  if (isFailed) throw failed(record, reply, trouble)
  sayOwnError(terminal, made, { told, record, reply })
  return ownErrorCode
}

/** After a call that went well: its way in one line, and where to read more. */
export const hintRecord = async (
  terminal: Terminal,
  control: Control,
  made: Made,
): Promise<void> => {
  if (terminal.quiet || terminal.json) return
  const record = await findRecord(control, made, undefined)
  if (!record) return
  const strip = drawStrip(pathOf(record), { ascii: terminal.ascii, paint: terminal.paintTalk })
  const ms = record.outcome ? `${Math.round(record.outcome.ms)} ms` : 'under way'
  terminal.hint(`${strip}  ${ms}  bailiwick why ${record.call}`)
}

const refusalOf = (reply: Reply): JsonObject | undefined => {
  if ('error' in reply) return isObject(reply.error.data) ? reply.error.data : undefined
  const meta = reply.result._meta
  const found = isObject(meta) ? meta['dev.bailiwick/refusal'] : undefined
  return isObject(found) ? found : undefined
}

const waitOf = (reply: Reply): number | undefined => {
  const wait = refusalOf(reply)?.retryAfterMs
  return typeof wait === 'number' ? wait : undefined
}

/** The call's own entry: by the id that came with the answer, else the newest one of this caller and tool. */
const findRecord = async (
  control: Control,
  made: Made,
  reply: Reply | undefined,
): Promise<CallRow | undefined> => {
  const { plane, server, name, token } = made
  const call = reply && refusalOf(reply)?.call
  const pages = await control.ask('calls', { plane, agent: token.client, most: 50 })
  const rows = pages.flatMap(({ items }) => items)
  return rows.find(
    (row) =>
      (typeof call === 'string' ? row.call === call : row.server === server && row.name === name) &&
      row.at >= made.startedAt - clockSlackMs,
  )
}

/** The entry's time is of the same machine, taken a moment later; the clock may be set meanwhile. */
const clockSlackMs = 1000

const explainNow = async (
  control: Control,
  { plane, server, name, args, token }: Made,
): Promise<Explanation> =>
  await control.ask('can', { plane, client: token.client, server, kind: 'tool', name, args })

/** Its server could not be asked what it offers: no policy's no, but a fault on the server's side. */
const isUnseen = (reply: Reply): boolean => refusalOf(reply)?.reason === 'unseen'

const isRefused = (record: CallRow | undefined, now: Explanation): boolean =>
  record ? record.decision !== 'permitted' : now.decision !== 'permitted'

/** What the server's own state says about it: one that is down has told nothing of its tools. */
const findTrouble = async (
  control: Control,
  { plane, server }: Made,
): Promise<{ down: string | undefined; fix: string | undefined }> => {
  const about = await control.ask('serverShow', { plane, server })
  const { state, detail, credential, credentialVersion } = about
  const isUnset = credential !== undefined && credentialVersion === undefined
  return {
    down: state === 'up' ? undefined : `${plane}/${server} is ${state}: ${detail}`,
    fix: isUnset ? `bailiwick cred set ${plane}/${credential}` : undefined,
  }
}

/** The entry knows which fault it was; what the agent was told is coarser. */
const failed = (
  record: CallRow | undefined,
  reply: Reply,
  trouble: { down: string | undefined; fix: string | undefined },
): Fault => {
  const code = record?.outcome?.code
  const message = 'error' in reply ? reply.error.message : ''
  const fix = trouble.fix ?? (record && `bailiwick why ${record.call}`)
  const known = code && Object.hasOwn(faults, code) ? (code as FaultCode) : codeOf(reply)
  const because = trouble.down ?? (isUnseen(reply) ? record?.because : undefined)
  const told = `The agent was told: ${message}`
  return new Fault(known, {
    detail: because === undefined ? told : `${because}\n${told}`,
    ...(fix && { fix }),
  })
}

const codeOf = (reply: Reply): FaultCode => {
  const code = 'error' in reply ? reply.error.code : 0
  const rows = Object.entries(faults) as [FaultCode, { rpc: number; status: number }][]
  const own = rows.filter(([, row]) => row.rpc === code && row.rpc > -32000)
  const said = own.find(([code]) => 'error' in reply && faults[code].say === reply.error.message)
  const exact = said ?? own.find(([, row]) => row.status === reply.status) ?? own[0]
  return exact?.[0] ?? 'upstream_broken'
}
