import type { UseQueryResult } from '@tanstack/react-query'
import type { Answer } from './client.ts'
import type { Problem } from './problem.ts'
import { useAnswer } from './queries.ts'

export type Me = Answer<'get', '/api/v1/session'>

/** Who is signed in, and in which planes they hold which roles. */
export const useMe = (): UseQueryResult<Me, Problem> => useAnswer('/api/v1/session', {})
