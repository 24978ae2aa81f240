import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { selfSigned } from '../upstream/self-signed.ts'

type Kept = {
  client?: { client_id: string }
  tokens?: { access_token: string }
  verifier?: string
  sentTo?: URL
  found?: OAuthDiscoveryState
}

/** How a program comes to its client id: it was given one, or describes itself, or else registers. */
export type Introduction = { client_id: string } | { describedAt: string } | undefined

/** What a desktop program keeps of its sign-in, in memory; `sentTo` is where it opened the browser. */
export const createProgram = (redirectUrl: string, as: Introduction) => {
  const kept: Kept = { ...(as && 'client_id' in as && { client: as }) }
  const provider: OAuthClientProvider = {
    redirectUrl,
    ...(as && 'describedAt' in as && { clientMetadataUrl: as.describedAt }),
    clientMetadata: { client_name: 'Desktop', redirect_uris: [redirectUrl] },
    clientInformation: () => kept.client as never,
    saveClientInformation: (client) => {
      kept.client = client
    },
    tokens: () => kept.tokens as never,
    saveTokens: (tokens) => {
      kept.tokens = tokens
    },
    redirectToAuthorization: (url) => {
      kept.sentTo = url
    },
    saveDiscoveryState: (found) => {
      kept.found = found
    },
    discoveryState: () => kept.found,
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier
    },
    codeVerifier: () => kept.verifier ?? '',
    invalidateCredentials: () => {
      delete kept.tokens
    },
  }
  return {
    kept,
    /** A client of the SDK that has not connected yet. */
    open(url: URL) {
      const client = new Client({ name: 'desktop', version: '1.0.0' })
      const transport = new StreamableHTTPClientTransport(url, { authProvider: provider })
      return { client, transport, connect: () => client.connect(transport) }
    },
  }
}

/** The host of a program's own document: `env` is for a gateway that is to trust its certificate. */
export const startProgramHost = async (redirectUrl: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'program-host-'))
  const trusted = join(folder, 'trusted.pem')
  await writeFile(trusted, selfSigned.cert)
  const server = createServer(selfSigned, (_, response) => {
    const said = { client_id: describedAt, client_name: 'Desktop', redirect_uris: [redirectUrl] }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `localhost:${(server.address() as AddressInfo).port}`
  const describedAt = `https://${host}/programs/desktop.json`
  return {
    host,
    describedAt,
    env: { NODE_EXTRA_CA_CERTS: trusted },
    async stop() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}
export type ProgramHost = Awaited<ReturnType<typeof startProgramHost>>
