const owner = 'alice'

/** A plane with a bank, and an agent that people sign in for. */
export const signInDocuments = (
  bank: string,
  redirects: readonly string[] | undefined,
  clients?: object,
) =>
  [
    { kind: 'Plane', name: 'ops', owner, ...(clients && { signIn: { clients } }) },
    { kind: 'Consumer', plane: 'ops', name: 'workplace-ai', owner },
    {
      kind: 'Agent',
      plane: 'ops',
      name: 'desktop',
      owner,
      consumers: ['workplace-ai'],
      ...(redirects && { signIn: { redirects } }),
    },
    {
      ...{ kind: 'Server', plane: 'ops', name: 'bank', owner, upstream: { url: bank } },
      tools: { accounts_list: { class: 'read' } },
    },
    {
      ...{ kind: 'Grant', plane: 'ops', name: 'reads', agent: 'desktop', consumer: 'workplace-ai' },
      ...{ allow: [{ server: 'bank' }], reason: 'A person asks for their accounts.' },
    },
  ]
    .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
    .join('\n---\n')
