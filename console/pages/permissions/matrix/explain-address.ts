import { writeSearch } from '../../../filters/grammar.ts'
import type { Column, Row } from './load.ts'

/** The question of a cell, as the page Explain has it in its address. */
export const explainAddress = (
  { server, kind, name }: Pick<Row, 'server' | 'kind' | 'name'>,
  { agent, consumer }: Column,
): string =>
  writeSearch({
    agent,
    consumer,
    cap: `${server}/${name}`,
    ...(kind !== 'tool' && { kind }),
  }).slice(1)
