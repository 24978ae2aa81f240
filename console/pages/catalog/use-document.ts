import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type Told, tell } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'
import type { ApiDocument, ItemDocument, ServerDocument } from './classes.ts'

export interface ItemAt {
  readonly plane: string
  readonly kind: 'Server' | 'API'
  readonly name: string
}

const server = '/api/v1/planes/{plane}/servers/{name}'
const api = '/api/v1/planes/{plane}/apis/{name}'

/** The document of an item with its ETag, as it stands now: what is written goes over exactly this. */
export const useDocument = (at: ItemAt, enabled: boolean) =>
  useQuery<Told<ItemDocument>, Problem>({
    queryKey: ['document', at],
    queryFn: ({ signal }) => {
      const params = { path: { plane: at.plane, name: at.name } }
      return at.kind === 'API'
        ? tell('get', api, { params, signal })
        : tell('get', server, { params, signal })
    },
    enabled,
    staleTime: 0,
    gcTime: 0,
  })

export interface Writing {
  readonly document: ItemDocument
  /** Undefined: it is to be new. */
  readonly etag: string | undefined
  readonly reason: string
}

/** Writes it where nobody has written it meanwhile; a Problem of 412 says that somebody has. */
export const useWriteDocument = (at: ItemAt) => {
  const client = useQueryClient()
  return useMutation<Told<ItemDocument>, Problem, Writing>({
    mutationFn: ({ document, etag, reason }) => {
      const header = {
        ...(etag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': etag }),
        ...(reason !== '' && { 'X-Reason': reason }),
      }
      const params = { path: { plane: at.plane, name: at.name }, header }
      return at.kind === 'API'
        ? tell('put', api, { params, body: document as ApiDocument })
        : tell('put', server, { params, body: document as ServerDocument })
    },
    onSuccess: () => client.invalidateQueries(),
  })
}
