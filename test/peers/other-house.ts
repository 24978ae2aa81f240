import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { baseEnv, pathOf } from './program.ts'

/**
 * An issuer of another house, with code that is not ours: oidc-provider in a process of its own, which
 * issues RFC 9068 access tokens to its clients and says of each what it is told to.
 */
export interface OtherHouse {
  readonly issuer: string
  token(client: string, about: { resource: string; scope: string }): Promise<string>
  stop(): Promise<void>
}

/** By client id: the claims that it vouches for. */
export type HouseClients = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const secretOf = (client: string): string => `${client}-0123456789-0123456789-0123456789`

export async function startOtherHouse(clients: HouseClients): Promise<OtherHouse> {
  const child = spawn(
    process.execPath,
    [pathOf('test/peers/other-house.ts'), JSON.stringify(clients)],
    {
      env: baseEnv(),
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const issuer = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the other house ended with ${code}`)))
  })
  return {
    issuer,
    async token(client, about) {
      const basic = Buffer.from(`${client}:${secretOf(client)}`).toString('base64')
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${basic}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...about }),
      })
      const said = (await answer.json()) as Record<string, string>
      if (!said.access_token) throw new Error(`${said.error}: ${said.error_description}`)
      return said.access_token
    },
    async stop() {
      child.kill()
      await gone
    },
  }
}

const off = { enabled: false }

async function serve(clients: HouseClients): Promise<void> {
  const { Provider } = await import('oidc-provider')
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'house', alg: 'RS256', use: 'sig' }
  const provider = new Provider(issuer, {
    jwks: { keys: [key as never] },
    clients: Object.keys(clients).map((client) => ({
      client_id: client,
      client_secret: secretOf(client),
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    features: {
      devInteractions: off,
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'policy.read policy.personal',
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: (_, token) => clients[token.clientId ?? ''] ?? {},
  })
  server.on('request', provider.callback())
  process.stdout.write(`${issuer}\n`)
}

if (process.argv[1] === pathOf('test/peers/other-house.ts'))
  await serve(JSON.parse(process.argv[2] ?? '{}'))
