import type { CallRow } from './merge.ts'

/** What is called, as filters name it; a whole server has no name, nor has a flood of many. */
export const capabilityOf = ({ server, name, template = name }: CallRow): string =>
  template === '' ? server : `${server}/${template}`
