import { createProver, type Prover } from '../test/senders/prover.ts'
import type { IdentityGateway } from './identity-gateway.ts'

type Form = Readonly<Record<string, string>>
type Headers = Readonly<Record<string, string>>

/** One way to a token: what is sent for each of them, made before the window that it is sent in. */
export interface Grant {
  readonly name: string
  /** How many in a window: fewer where a client is let in slowly. */
  readonly most: number
  requests(count: number): Promise<readonly { form: Form; headers?: Headers }[]>
  /** Hears what was answered. */
  answered?(json: Record<string, unknown>): void
}

const urn = 'urn:ietf:params:oauth'

export const asClient = (assertion: string): Form => ({
  grant_type: 'client_credentials',
  client_assertion_type: `${urn}:client-assertion-type:jwt-bearer`,
  client_assertion: assertion,
})
export const asWorkload = (assertion: string): Form => ({
  ...{ grant_type: `${urn}:grant-type:jwt-bearer`, client_id: 'rover', assertion },
})

/** What the token endpoint answers; anything but a token is a failure of the bench. */
export const askBy = async (
  { issuer }: IdentityGateway,
  form: Form,
  headers: Headers = {},
): Promise<Record<string, unknown>> => {
  const body = new URLSearchParams(form)
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body, headers })
  const json = (await answer.json()) as Record<string, unknown>
  if (typeof json.access_token !== 'string')
    throw new Error(`no token: ${answer.status} ${JSON.stringify(json)}`)
  return json
}
export const tokenBy = async (...asked: Parameters<typeof askBy>): Promise<string> =>
  String((await askBy(...asked)).access_token)

/** One that proofs may hold for the next minute. */
export const nonceFor = async (gateway: IdentityGateway, prover: Prover): Promise<string> => {
  const url = `${gateway.issuer}/token`
  const headers = { dpop: await prover.proof({ method: 'POST', url }) }
  const body = new URLSearchParams(asWorkload(gateway.workload()))
  const answer = await fetch(url, { method: 'POST', body, headers })
  return answer.headers.get('dpop-nonce') ?? ''
}

/** The first one is what the others are held against. */
export const grantsAt = async (gateway: IdentityGateway): Promise<readonly Grant[]> => {
  const { assertion, signers, secrets, issuer, refreshing } = gateway
  const workload = gateway.workload()
  const prover = await createProver()
  const each = <Value>(count: number, make: (n: number) => Value): Value[] =>
    Array.from({ length: count }, (_, n) => make(n))
  const signer = (n: number): string => signers[n % signers.length] ?? ''
  const bySigner = (n: number) => asClient(assertion(signer(n)))
  const ofSigner = await Promise.all(
    signers.map((agent) => tokenBy(gateway, asClient(assertion(agent)))),
  )
  const proofs = async (count: number): Promise<string[]> => {
    const about = { method: 'POST', url: `${issuer}/token`, nonce: await nonceFor(gateway, prover) }
    return Promise.all(each(count, () => prover.proof(about)))
  }

  return [
    {
      ...{ name: 'client credentials, private key', most: 800 },
      requests: async (count) => each(count, (n) => ({ form: bySigner(n) })),
    },
    {
      ...{ name: 'the same, with a proof (DPoP)', most: 800 },
      requests: async (count) =>
        (await proofs(count)).map((dpop, n) => ({ form: bySigner(n), headers: { dpop } })),
    },
    {
      ...{ name: 'client credentials, secret', most: 200 },
      requests: async (count) => {
        const known = [...secrets]
        return each(count, (n) => {
          const [client_id = '', client_secret = ''] = known[n % known.length] ?? []
          return { form: { grant_type: 'client_credentials', client_id, client_secret } }
        })
      },
    },
    {
      ...{ name: 'token of a workload', most: 800 },
      requests: async (count) => each(count, () => ({ form: asWorkload(workload) })),
    },
    {
      ...{ name: 'token exchange', most: 800 },
      requests: async (count) =>
        each(count, (n) => {
          const { grant_type: _, ...client } = bySigner(n)
          const form = {
            grant_type: `${urn}:grant-type:token-exchange`,
            subject_token: ofSigner[n % signers.length] ?? '',
            subject_token_type: `${urn}:token-type:access_token`,
          }
          return { form: { ...client, ...form } }
        }),
    },
    {
      ...{ name: 'refresh token', most: 200 },
      async requests(count) {
        await refreshing.prepare(count)
        return each(count, () => {
          const form = { grant_type: 'refresh_token', client_id: 'desktop' }
          return { form: { ...form, refresh_token: refreshing.take() } }
        })
      },
      answered: ({ refresh_token: token }) => refreshing.giveBack(String(token)),
    },
  ]
}
