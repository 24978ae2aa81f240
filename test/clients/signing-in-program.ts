import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/client'

type Kept = {
  client?: object
  tokens?: object
  verifier?: string
  sentTo?: URL
  found?: OAuthDiscoveryState
}

/** What a desktop program keeps of its sign-in, in memory; `sentTo` is where it opened the browser. */
export const createProgram = (redirectUrl: string, known?: { client_id: string }) => {
  const kept: Kept = {
    ...(known && { client: known }),
  }
  const provider: OAuthClientProvider = {
    redirectUrl,
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
  }
  return { provider, kept }
}
