/** Documents of a story as `apply` takes them: JSON is YAML. */
export type Document = { kind: string; name: string; plane?: string; [key: string]: unknown }

export const written = (documents: readonly Document[]): string =>
  documents.map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one })).join('\n---\n')
