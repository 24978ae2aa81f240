import type { Fault, FaultCode } from '#lib/fault.ts'
import type { Trouble } from './upstream.ts'

/** What keeps a server from being called, in the words of a status: whose side it is on comes first. */
export function troubleOf(fault: Fault): Trouble {
  const { code } = fault
  switch (code) {
    case 'upstream_unreachable':
      return unreachable(fault)
    case 'upstream_timeout':
      return { code, side: 'server', says: 'No answer in time' }
    case 'upstream_too_large':
      return { code, side: 'server', says: 'Answer too large' }
    case 'upstream_refused':
      return { code, side: 'credential', says: 'Credential refused' }
    case 'no_credential':
      return { code, side: 'credential', says: 'Credential not set' }
    case 'bad_configuration':
      return { code, side: 'gateway', says: 'Not configured' }
    case 'upstream_broken': {
      const { status } = fault
      const says = status === undefined ? 'Does not speak MCP' : `Upstream error ${status}`
      return { code, side: 'server', says }
    }
    default:
      return { code, side: 'gateway', says: 'Failed here' }
  }
}

/** The same of an API, of which nobody expects MCP: a redirect, an encoding, half an answer. */
export const troubleOfApi = (fault: Fault): Trouble =>
  fault.code === 'upstream_broken'
    ? { code: fault.code, side: 'server', says: 'Answer not usable' }
    : troubleOf(fault)

function unreachable({ code, cause }: Fault): Trouble {
  const reason = reasonOf(cause)
  if (reason === 'PROCESS') return { code, side: 'server', says: 'Process ended' }
  if (reason === 'LINK_LOCAL')
    return { code, side: 'gateway', says: 'Refused here (link-local address)' }
  const what = NAMES.has(reason) ? 'name' : isCertificate(reason) ? 'TLS' : 'network'
  return {
    code,
    side: what === 'TLS' ? 'server' : 'network',
    says: `Unreachable (${what})`,
  }
}

const NAMES: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA'])

/** Node.js, tls §X509 certificate error codes. */
const isCertificate = (reason: string): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(reason)

const reasonOf = (cause: unknown): string => {
  const { code } = (cause ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** As a Fault that says the same: for whoever calls what is known to be down. */
export const codeOf = (trouble: Trouble | undefined): FaultCode =>
  trouble?.code ?? 'upstream_unreachable'
