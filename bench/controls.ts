/** In the order of a call's steps; a row of the bench has the first few of them. */
export const controls = [
  'authenticate',
  'permit',
  'limit',
  'credential',
  'record, in memory',
  'record, durable',
] as const
