/**
 * What can go wrong that is nobody's decision. A refusal is a value (`domain/decision.ts`); a fault is
 * thrown. One row per code: HTTP status, JSON-RPC code, OAuth error where one applies, and the only
 * sentence that may reach a stranger. `docs/errors.md` is generated from this table.
 */
interface FaultRow {
  readonly status: number
  /** JSON-RPC code. Own codes stand outside −32768…−32000 (MCP 2026-07-28, error codes). */
  readonly rpc: number
  readonly oauth?: string
  /** Exit code of the terminal, `bailiwick help exit-codes`. */
  readonly exit: number
  readonly say: string
}

export const faults = {
  // The request itself: refused at the edge, from the head or the body alone.
  bad_target: {
    status: 400,
    rpc: -32600,
    exit: 2,
    say: 'The request target is not an address this gateway accepts.',
  },
  bad_header: {
    status: 400,
    rpc: -32600,
    exit: 2,
    say: 'A header is missing, repeated or malformed.',
  },
  bad_host: {
    status: 403,
    rpc: -32600,
    exit: 2,
    say: 'The Host header does not name this gateway.',
  },
  bad_origin: {
    status: 403,
    rpc: -32600,
    exit: 2,
    say: 'Requests from this Origin are not accepted.',
  },
  bad_media_type: { status: 415, rpc: -32600, exit: 2, say: 'The body must be application/json.' },
  not_acceptable: {
    status: 406,
    rpc: -32600,
    exit: 2,
    say: 'The Accept header must allow application/json and text/event-stream.',
  },
  bad_json: {
    status: 400,
    rpc: -32700,
    exit: 2,
    say: 'The body is not JSON that every reader reads alike.',
  },
  bad_message: {
    status: 400,
    rpc: -32600,
    exit: 2,
    say: 'The body is not a JSON-RPC message of this protocol revision.',
  },
  body_too_large: {
    status: 413,
    rpc: -32600,
    exit: 2,
    say: 'The body is larger than this gateway accepts.',
  },
  body_too_slow: { status: 408, rpc: -32600, exit: 2, say: 'The body did not arrive in time.' },
  method_not_allowed: {
    status: 405,
    rpc: -32600,
    exit: 2,
    say: 'This address does not take that HTTP method.',
  },
  pipelined: {
    status: 400,
    rpc: -32600,
    exit: 2,
    say: 'A second request was sent before the first was answered.',
  },
  not_found: {
    status: 404,
    rpc: -32601,
    exit: 6,
    say: 'There is nothing at this address for you.',
  },
  unknown_session: {
    status: 404,
    rpc: -32600,
    exit: 6,
    say: 'There is no such session; initialize again.',
  },
  missing_session: {
    status: 400,
    rpc: -32600,
    exit: 2,
    say: 'This request needs the Mcp-Session-Id that initialize answered.',
  },
  other_era: {
    status: 400,
    rpc: -32022,
    exit: 2,
    say: 'The server behind this address does not speak that protocol revision.',
  },

  // Who calls.
  no_token: {
    status: 401,
    rpc: -31401,
    oauth: 'invalid_request',
    exit: 4,
    say: 'A bearer token is needed.',
  },
  bad_token: {
    status: 401,
    rpc: -31401,
    oauth: 'invalid_token',
    exit: 4,
    say: 'The bearer token is not valid here.',
  },
  api_key: {
    status: 401,
    rpc: -31401,
    oauth: 'invalid_token',
    exit: 4,
    say: 'API keys are not taken here; an access token is needed.',
  },
  unproven: {
    status: 401,
    rpc: -31401,
    oauth: 'invalid_token',
    exit: 4,
    say: 'The token is bound to a key, and this request does not prove it.',
  },
  bad_proof: {
    status: 401,
    rpc: -31401,
    oauth: 'invalid_dpop_proof',
    exit: 4,
    say: 'The proof of the key is not valid here.',
  },
  new_nonce: {
    status: 401,
    rpc: -31401,
    oauth: 'use_dpop_nonce',
    exit: 4,
    say: 'The proof of the key must hold the nonce of this answer.',
  },

  suspended: {
    status: 403,
    rpc: -31403,
    exit: 3,
    say: 'Suspended: until a person resumes it, nothing is permitted here.',
  },
  revoked: {
    status: 403,
    rpc: -31403,
    exit: 3,
    say: 'What this needed is permitted no longer.',
  },
  // Governing it.
  bad_sign_in: {
    status: 401,
    rpc: -31401,
    exit: 4,
    say: 'There is no such account with that password.',
  },
  not_permitted: { status: 403, rpc: -31403, exit: 5, say: 'You may not do this.' },
  setup_code: { status: 403, rpc: -31403, exit: 4, say: 'This setup code is not accepted.' },
  conflict: {
    status: 409,
    rpc: -32602,
    exit: 7,
    say: 'This contradicts what has been done meanwhile.',
  },
  unconditional: {
    status: 428,
    rpc: -32602,
    exit: 7,
    say: 'What stands would be overwritten unseen; say which state you saw.',
  },
  not_built: { status: 501, rpc: -32601, exit: 2, say: 'This version does not build that yet.' },

  // The gateway's own state.
  flood: { status: 429, rpc: -31429, exit: 8, say: 'Too many requests; try again later.' },
  unrecordable: {
    status: 503,
    rpc: -31503,
    exit: 8,
    say: 'The call could not be recorded, so it was not made.',
  },
  uncounted: {
    status: 503,
    rpc: -32603,
    exit: 8,
    say: 'The call could not be counted against its quotas, so it was not made.',
  },
  unconfirmed: {
    status: 503,
    rpc: -31503,
    exit: 8,
    say: 'The call was executed, but its outcome could not be recorded.',
  },
  starting: {
    status: 503,
    rpc: -31503,
    exit: 8,
    say: 'This gateway is starting; try again in a moment.',
  },
  draining: { status: 503, rpc: -31503, exit: 8, say: 'This gateway is stopping.' },
  internal: {
    status: 500,
    rpc: -32603,
    exit: 1,
    say: 'An unexpected failure; its id is in the log.',
  },

  // The server behind the gateway.
  upstream_unreachable: {
    status: 502,
    rpc: -31502,
    exit: 8,
    say: 'The server behind the gateway could not be reached.',
  },
  upstream_timeout: {
    status: 504,
    rpc: -31504,
    exit: 8,
    say: 'The server behind the gateway did not answer in time.',
  },
  upstream_broken: {
    status: 502,
    rpc: -31502,
    exit: 8,
    say: 'The server or API behind the gateway answered something that cannot be passed on.',
  },
  upstream_too_large: {
    status: 502,
    rpc: -31502,
    exit: 8,
    say: 'The answer of the server behind the gateway is larger than accepted.',
  },
  upstream_refused: {
    status: 502,
    rpc: -31502,
    exit: 8,
    say: 'The server behind the gateway refused our credential.',
  },
  no_credential: {
    status: 502,
    rpc: -31502,
    exit: 8,
    say: 'The credential that this server needs is not in the vault.',
  },

  // Operating it.
  usage: { status: 400, rpc: -32602, exit: 2, say: 'The command was not understood.' },
  bad_documents: {
    status: 422,
    rpc: -32602,
    exit: 2,
    say: 'The documents have problems; nothing was changed.',
  },
  stale: {
    status: 412,
    rpc: -32602,
    exit: 3,
    say: 'Somebody else changed this meanwhile; nothing was changed.',
  },
  bad_configuration: { status: 500, rpc: -32603, exit: 2, say: 'The configuration has problems.' },
  unknown_name: { status: 404, rpc: -32602, exit: 6, say: 'There is nothing of that name.' },
  not_running: { status: 503, rpc: -32603, exit: 8, say: 'No running Bailiwick answers.' },
  not_indexed: {
    status: 422,
    rpc: -32602,
    exit: 2,
    say: 'What was asked for is not recorded.',
  },
  locked: { status: 503, rpc: -32603, exit: 8, say: 'Another process owns this data folder.' },
  port_taken: { status: 503, rpc: -32603, exit: 8, say: 'The address to listen on is taken.' },
  store_unreachable: {
    status: 503,
    rpc: -31503,
    exit: 8,
    say: 'The store cannot be reached.',
  },
  bad_store: { status: 500, rpc: -32603, exit: 1, say: 'The store cannot be opened.' },
  bad_key: { status: 500, rpc: -32603, exit: 1, say: 'The key file does not open this store.' },
} as const satisfies Record<string, FaultRow>

export type FaultCode = keyof typeof faults

/** The fault is on the side of the server behind the gateway. */
export type UpstreamFaultCode = Extract<FaultCode, `upstream_${string}`>
export const isUpstreamFault = (code: FaultCode): code is UpstreamFaultCode =>
  code.startsWith('upstream_')

/**
 * `detail` says what, for whoever operates this installation: it goes to the log, the ledger and the
 * terminal, never into an answer to a caller. `fix` is one command or one sentence that exists, `status`
 * what HTTP status another side answered.
 */
export class Fault extends Error {
  readonly code: FaultCode
  readonly detail: string | undefined
  readonly fix: string | undefined
  readonly status: number | undefined

  constructor(
    code: FaultCode,
    about: { detail?: string; fix?: string; cause?: unknown; status?: number } = {},
  ) {
    super(faults[code].say, { cause: about.cause })
    this.name = 'Fault'
    this.code = code
    this.detail = about.detail
    this.fix = about.fix
    this.status = about.status
  }

  get row(): FaultRow {
    return faults[this.code]
  }
}

/** Anything thrown, as a fault: what was not foreseen is `internal`, with the original as its cause. */
export const asFault = (thrown: unknown): Fault =>
  thrown instanceof Fault ? thrown : new Fault('internal', { cause: thrown })
