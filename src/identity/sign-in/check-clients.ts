import type { Check } from '#change/change.ts'

/**
 * A program that people sign in through trades its code as itself, by a secret, by a key, or, where
 * its document says nothing of authenticating, by PKCE alone. A token of its workload is an
 * authorization grant (RFC 7523 §2.1) and authenticates no client, so that whoever has nothing else
 * would be refused at the very end of each sign-in. Programs that describe or register themselves
 * are public, whichever agent they are.
 */
export const checkSignInClients: Check = async ({ after, documents }) =>
  documents.flatMap(({ plane, kind, name }) => {
    const agent = kind === 'Agent' ? after.planes.get(plane)?.agents.get(name) : undefined
    const { issuer, secret, jwks } = agent?.authenticate ?? {}
    const isAlone = issuer !== undefined && !secret && !jwks
    if (!agent?.signIn?.redirects || !isAlone) return []
    const message = `Agent ${name}: signIn.redirects needs more than authenticate.issuer, by whose tokens no code of a sign-in can be traded; add jwks or secret: true, or let people sign in through another Agent`
    const path = ['signIn', 'redirects']
    return [{ code: 'invalid value', message, at: { plane, kind: 'Agent', name, path } }]
  })
