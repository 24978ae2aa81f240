import { useParams } from '@tanstack/react-router'

/** A part of the address by its name in the route: `$call` of `/m/calls/$call`. */
export const usePart = (name: string): string =>
  (useParams({ strict: false }) as Readonly<Record<string, string | undefined>>)[name] ?? ''
