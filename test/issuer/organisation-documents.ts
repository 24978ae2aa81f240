import type { IssuerDocument } from '#domain/documents.ts'
import type { OrganisationSignIn } from '#domain/organisation-document.ts'

export const secret = 'what-the-organisation-gave-us-0123456789'

export const issuerDocument = (
  name: string,
  issuer: string,
  signIn: Partial<OrganisationSignIn> = {},
): IssuerDocument => ({
  ...{ apiVersion: 'bailiwick/v1', kind: 'Issuer', plane: 'ops', name, owner: 'identity-team' },
  ...{ title: `The ${name} organisation`, issuer },
  signIn: {
    client: { id: 'bailiwick', credential: `${name}-client` },
    scopes: ['profile'],
    teams: [{ team: 'soc', claim: 'groups', values: ['soc-analysts'] }],
    ...signIn,
  },
})
