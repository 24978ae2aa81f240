/** An API `tickets` of the plane `ops`, with all its operations classified. */
export const api = (url: string, openapi: object | string, more: Record<string, unknown> = {}) =>
  JSON.stringify({
    apiVersion: 'bailiwick/v1',
    kind: 'API',
    plane: 'ops',
    name: 'tickets',
    owner: 'service-desk',
    upstream: { url, openapi: typeof openapi === 'string' ? openapi : JSON.stringify(openapi) },
    tools: true,
    operations,
    ...more,
  })

export const operations = {
  listTickets: { class: 'read' },
  getTicket: { class: 'read' },
  hasTicket: { class: 'read' },
  exportTickets: { class: 'read', labels: ['export'] },
  createTicket: { class: 'write' },
  deleteTicket: { class: 'destructive' },
  moved: { class: 'read' },
  broken: { class: 'read' },
  large: { class: 'read' },
  slow: { class: 'read' },
}
