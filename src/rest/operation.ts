import type { JsonObject } from '#lib/json.ts'
import type { TemplateSegment } from './path-template.ts'

export const httpMethods = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const
export type HttpMethod = (typeof httpMethods)[number]

/** One operation of an OpenAPI document, with nothing in it that is not carried to the letter; plain data. */
export interface Operation {
  /** Its operationId. */
  readonly name: string
  readonly method: HttpMethod
  /** As the document writes it. */
  readonly path: string
  readonly segments: readonly TemplateSegment[]
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly deprecated: boolean
  /** Alternatives, each of all that it needs: what the document says, for whoever reviews it. */
  readonly security: readonly (readonly SecurityNeed[])[]
  readonly parameters: readonly Parameter[]
  readonly body: RequestBody | undefined
  /** As a tool of MCP; what is fingerprinted. Its `_meta.openapi` says where each argument goes. */
  readonly definition: JsonObject
}

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean'

export interface Parameter {
  /** On the wire; of a header in lower case. */
  readonly name: string
  /** Among the arguments. */
  readonly member: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  /** Of the value, or of each in a list. */
  readonly type: ScalarType
  /** `repeated` writes the name before each of the list, `joined` commas between them; undefined for a single value. */
  readonly list: 'repeated' | 'joined' | undefined
}

/** What a body is among the arguments: its JSON value; an object of a form's fields; text; bytes in base64. */
export type BodyKind = 'json' | 'form' | 'text' | 'binary'

/** The argument `body`. Of several media types the document offers, the one that is carried. */
export interface RequestBody {
  readonly member: string
  readonly required: boolean
  readonly mediaType: string
  readonly kind: BodyKind
  /** Of a form: its fields, as parameters of a query. */
  readonly fields: readonly FormField[]
}

export type FormField = Pick<Parameter, 'name' | 'member' | 'type' | 'list'>

export interface SecurityNeed {
  readonly scheme: string
  /** As the scheme says: `apiKey in header X-Key`, `http bearer`, `oauth2`. */
  readonly what: string
  readonly scopes: readonly string[]
}
