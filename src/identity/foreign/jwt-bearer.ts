import type { errors as Errors, TokenEndpointGrantContext } from 'oidc-provider'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Asserted, Assertions } from './assertion.ts'

export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** RFC 8414 with draft-ietf-oauth-identity-assertion-authz-grant §6. */
export const grantProfiles = ['urn:ietf:params:oauth:grant-profile:id-jag']

export interface AskedByAssertion {
  readonly assertion?: string
  readonly resource?: string | string[]
  readonly scope?: string
}

/**
 * RFC 7523 §2.1 in two uses. A client that brings nothing else is proven by its workload's token; one
 * that has authenticated brings what a person's issuer grants it. Neither ever stands in for the
 * other: what a stranger could have got of a person's issuer makes nobody a client.
 */
export const createJwtBearer =
  ({
    plane,
    assertions,
    errors,
    covers,
    refused,
  }: {
    plane: PlaneId
    assertions: Assertions
    errors: typeof Errors
    covers(audience: string, resource: string): boolean
    refused(problem: string): void
  }) =>
  async (
    { oidc }: TokenEndpointGrantContext<AskedByAssertion>,
    client: ClientId,
  ): Promise<Asserted & { readonly asked: { resource?: string | string[]; scope?: string } }> => {
    const { params } = oidc
    if (!params.assertion) throw new errors.InvalidRequest('assertion is missing')
    const by = oidc.client.clientAuthMethod === 'none' ? 'workload' : 'person'
    const asserted = await assertions[by](plane, client, params.assertion)
    if (typeof asserted === 'string') {
      refused(`assertion: ${asserted}`)
      throw notAccepted(errors)
    }
    const resource = params.resource ?? asserted.resource
    if (asserted.resource !== undefined && !isWithin(covers, asserted.resource, resource))
      throw new errors.InvalidTarget('the assertion is for another resource')
    const granted = asserted.scopes?.join(' ')
    const scope = params.scope ?? granted
    const outside = scope?.split(' ').some((one) => asserted.scopes?.includes(one) === false)
    if (outside) throw new errors.InvalidScope('the assertion grants less than that', '')
    return {
      ...asserted,
      asked: { ...(resource !== undefined && { resource }), ...(scope !== undefined && { scope }) },
    }
  }

/** RFC 7523 §3.1, and not a word of what was wrong with it. */
export const notAccepted = ({ InvalidGrant }: typeof Errors) =>
  Object.assign(new InvalidGrant('not accepted'), {
    error_description: 'the assertion is not accepted',
  })

const isWithin = (
  covers: (audience: string, resource: string) => boolean,
  granted: string,
  asked: string | string[] | undefined,
): boolean => typeof asked === 'string' && covers(granted, asked)
