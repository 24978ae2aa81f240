import type { Generated } from 'kysely'

/**
 * The tables of store.db as Kysely types them: `bigint` columns hold integers, JSON stands as text.
 * A plane's tables are typed without their column `plane`: `plane.ts` is the one place that binds it.
 */
export interface PlaneSchema {
  document: {
    kind: string
    name: string
    body: string
    file_set: string | null
    revision: number
  }
  capability: {
    server: string
    kind: string
    name: string
    fingerprint: string
    definition: string
    observed_fingerprint: string | null
    observed_definition: string | null
    absent: boolean
    version: number
    changes: number
    released: boolean
  }
  capability_version: {
    server: string
    kind: string
    name: string
    version: number
    fingerprint: string
    definition: string
    at: number
    made_by: string
    revision: number
  }
  secret: {
    credential: string
    version: number
    wrapped_key: Uint8Array
    nonce: Uint8Array
    sealed: Uint8Array
    at: number
  }
  client_secret: {
    client: string
    hash: string
    at: number
  }
  api_key: {
    id: string
    client: string
    digest: string
    /** JSON array; null: what its grants imply. */
    scopes: string | null
    label: string
    at: number
    made_by: string
    ends_at: number
    revoked_at: number | null
  }
  signing_key: {
    kid: string
    alg: string
    public_jwk: string
    sealed_private: Uint8Array
    at: number
    purpose: string
    number: number
    signs_from: number
  }
  payload_key: {
    subject: string
    period: string
    id: string
    wrapped: Uint8Array
    at: number
  }
  retention: {
    /** JSON text. */
    state: string
  }
  verification: {
    /** JSON text. */
    found: string
  }
  ledger_key: {
    number: number
    public_key: Uint8Array
    sealed_private: Uint8Array
    at: number
  }
  suspension: {
    kind: string
    name: string
    at: number
    made_by: string
    reason: string
    revision: number
  }
  sign_in: {
    kind: string
    digest: string
    family: string | null
    uid: string | null
    person: string | null
    /** JSON text. */
    payload: string
    ends_at: number
    used_at: number | null
  }
  consent: {
    person: string
    client: string
    redirect: string
    resource: string
    scopes: string
    at: number
    ends_at: number
  }
}

/** What belongs to the installation and to no plane; of the planes' tables only which planes there are. */
export interface InstallationSchema {
  document: { plane: string }
  revision: {
    revision: number
    at: number
    made_by: string
    file_set: string | null
    summary: string
    diff: string
    /** JSON array of names. */
    planes: string
    entered: boolean
    why: string
    command_key: string | null
    command_digest: string | null
  }
  revision_change: {
    revision: number
    number: number
    plane: string
    topic: string
    kind: string
    name: string
    /** JSON text. */
    before_body: string | null
    before_set: string | null
    after_body: string | null
    after_set: string | null
  }
  /** Times by the database's clock where processes share it. */
  member: {
    id: string
    host: string
    pid: number
    version: string
    address: string
    revision: number
    started_at: number
    present_since: number
    seen_at: number
    ended: boolean
  }
  person: {
    name: string
    title: string | null
    administrator: boolean
    hash: string | null
    at: number
    made_by: string
    issuer: string | null
  }
  affiliation: {
    person: string
    plane: string
    issuer: string
    said: string
    at: number
  }
  passkey: {
    credential: string
    id: string
    person: string
    handle: string
    public_key: string
    counter: number
    label: string
    at: number
    used_at: number | null
  }
  person_token: {
    hash: string
    id: string
    person: string
    label: string
    at: number
    ends_at: number
  }
  setup_code: {
    /** Always 1: there is one code or none. */
    slot: number
    hash: string
    ends_at: number
  }
  /** A lease is between processes, and by the database's clock: `tables/followers.ts` names the plane itself. */
  follower: {
    plane: string
    name: string
    position: number
    holder: string
    until: number
  }
  /** By the database's clock where processes share it. */
  ended_session: {
    digest: string
    ended_at: number
  }
  /** By the database's clock where processes share it. */
  session_note: {
    session: string
    name: string
    note: string
    noted_at: number
  }
  /** By the digest of the id that its caller knows; sealed by whoever binds it. */
  task: {
    digest: string
    bound: string
    until: number
  }
  /** What was used up, as a digest, and when it ends by itself. */
  taken_once: {
    digest: string
    until: number
  }
  /** Tokens that are taken no longer. */
  revocation: {
    plane: string
    kind: string
    name: string
    issued_until: number
    ends_at: number
    revoked_at: number
  }
  /** On PostgreSQL alone; until is by the database's clock. */
  mailbox_message: {
    id: string
    /** In the order of telling. */
    number: Generated<number>
    plane: string
    key: string
    message: Uint8Array
    bytes: number
    until: number
  }
  installation_value: {
    name: string
    value: Uint8Array
  }
  migration: {
    number: number
    name: string
    at: number
  }
}
