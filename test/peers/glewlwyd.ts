import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'

/** An issuer that nobody here wrote: Debian's Glewlwyd, with its OpenID Connect plugin, on a database of its own. */
export interface Glewlwyd {
  readonly issuer: string
  readonly keys: string
  /** Lets it know a client that may have tokens for that resource, with that scope. */
  addClient(client: string, about: { resource: string; scope: string }): Promise<void>
  token(client: string, about: { resource: string; scope: string }): Promise<string>
  stop(): Promise<void>
}

const secret = 'a-secret-of-these-tests'
const tables = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz'

export async function startGlewlwyd(): Promise<Glewlwyd> {
  const folder = await mkdtemp(join(tmpdir(), 'glewlwyd-'))
  const port = await freePort()
  const database = new DatabaseSync(join(folder, 'glewlwyd.db'))
  database.exec(gunzipSync(await readFile(tables)).toString())
  database.close()
  await mkdir(join(folder, 'none'))
  await writeFile(join(folder, 'glewlwyd.conf'), configuration(folder, port))
  const child = spawn('glewlwyd', [`--config-file=${folder}/glewlwyd.conf`], { stdio: 'ignore' })
  const origin = `http://127.0.0.1:${port}`
  const cookie = await signIn(origin, child)
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json', cookie }
    const about = { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await fetch(`${origin}/api/${path}`, about)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  const issuer = `${origin}/api/oidc`
  await post('mod/plugin/', plugin(issuer))
  return {
    issuer,
    keys: `${issuer}/jwks`,
    async addClient(client, { resource, scope }) {
      await post('scope/', { name: scope, password_required: false, scheme: {} })
      await post('client/', {
        ...{ client_id: client, name: client, confidential: true, password: secret, enabled: true },
        authorization_type: ['client_credentials'],
        redirect_uri: [`${origin}/none`],
        token_endpoint_auth_method: ['client_secret_basic'],
        ...{ resource: [resource], scope: [scope] },
      })
    },
    async token(client, about) {
      const basic = Buffer.from(`${client}:${secret}`).toString('base64')
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${basic}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...about }),
      })
      const said = (await answer.json()) as Record<string, string>
      if (!said.access_token) throw new Error(JSON.stringify(said))
      return said.access_token
    },
    async stop() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const configuration = (folder: string, port: number): string => `
port=${port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:${port}"
api_prefix="api"
log_mode="console"
log_level="ERROR"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
user_middleware_module_path="${folder}/none"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = { type = "sqlite3" path = "${folder}/glewlwyd.db" };
`

function plugin(issuer: string): object {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const parameters = {
    ...{ iss: issuer, 'jwt-type': 'rsa', 'jwt-key-size': '256', 'default-kid': 'house' },
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    cert: publicKey.export({ format: 'pem', type: 'spki' }),
    ...{ 'access-token-duration': 600, 'refresh-token-duration': 3600, 'code-duration': 60 },
    ...{ 'refresh-token-rolling': true, 'allow-non-oidc': true, 'subject-type': 'public' },
    ...{ 'auth-type-client-enabled': true, 'auth-type-id-token-enabled': true },
    ...{ 'auth-type-code-enabled': true, 'auth-type-refresh-enabled': true },
    ...{ 'auth-type-token-enabled': false, 'auth-type-password-enabled': false },
    ...{ 'auth-type-none-enabled': false, 'pkce-allowed': false, 'jwks-show': true },
    ...{ 'introspection-revocation-allowed': false, 'request-parameter-allow': false },
    ...{ 'resource-allowed': true, 'resource-client-property': 'resource' },
    ...{ 'resource-change-allowed': true, 'resource-scope': {} },
  }
  return { module: 'oidc', name: 'oidc', display_name: 'oidc', enabled: true, parameters }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/** As the administrator that its own script makes; asked until it listens, at most ten seconds. */
async function signIn(origin: string, child: ChildProcess): Promise<string> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    const answer = await fetch(`${origin}/api/auth`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'password' }),
    }).catch(() => undefined)
    const [cookie] = answer?.headers.getSetCookie() ?? []
    if (cookie) return cookie.split(';')[0] ?? ''
    await pause(100)
  }
  throw new Error('glewlwyd does not answer')
}
