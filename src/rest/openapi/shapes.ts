import { z } from 'zod'
import type { JsonValue } from '#lib/json.ts'
import { type Finding, pointerTo } from './finding.ts'
import type { Place } from './references.ts'

/**
 * The objects of OpenAPI 3.0 and 3.1, as far as they are read: what is not named here is for people,
 * or for another tool. A value that may be a reference stays as it is until it has been followed.
 */

const anything = z.custom<JsonValue>(() => true)
const text = z.string().default('')
const flag = z.boolean().default(false)

export const rootShape = z.object({
  info: z.object({ title: z.string(), version: z.string() }),
  jsonSchemaDialect: z.string().optional(),
  servers: z.array(z.object({ url: z.string() })).default([]),
  paths: z.record(z.string(), anything).default({}),
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
})

export const pathItemShape = z.object({
  parameters: z.array(anything).default([]),
  servers: z.array(anything).optional(),
})

export const operationShape = z.object({
  operationId: z.string().optional(),
  summary: text,
  description: text,
  tags: z.array(z.string()).default([]),
  deprecated: flag,
  parameters: z.array(anything).default([]),
  requestBody: anything.optional(),
  responses: z.record(z.string(), anything).default({}),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  servers: z.array(anything).optional(),
})

export const parameterShape = z.object({
  name: z.string().min(1).max(200),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  description: text,
  required: flag,
  style: z.string().optional(),
  explode: z.boolean().optional(),
  schema: anything.optional(),
  content: anything.optional(),
})
export type ParameterShape = z.infer<typeof parameterShape>

export const requestBodyShape = z.object({
  description: text,
  required: flag,
  content: z.record(z.string(), anything),
})

export const securitySchemeShape = z.object({
  type: z.string(),
  in: z.string().optional(),
  name: z.string().optional(),
  scheme: z.string().optional(),
})

/** The object at a place in its shape, or what is wrong with it, each by its own pointer. */
export function readShape<T extends z.ZodType>(
  shape: T,
  place: Place,
  effect: Finding['effect'] = 'left out',
): { readonly read: z.output<T> } | { readonly findings: readonly Finding[] } {
  const { success, data, error } = shape.safeParse(place.value)
  if (success) return { read: data }
  const findings = error.issues.map(
    ({ path, message }): Finding => ({
      pointer: pointerTo(place.pointer, ...path.map(String)),
      message,
      effect,
    }),
  )
  return { findings }
}
