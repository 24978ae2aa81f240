import { askedOf, type Case, writtenOf } from './case.ts'
import { naively } from './naive.ts'
import { type Asked, readCall, readWorld, type Written } from './reading.ts'
import type { Answer, World } from './world.ts'

/** What the naive evaluator expects of a case, as a case says it. */
export const expectedOf = (one: Case): Case['expect'] => {
  const written = writtenOf(one)
  const world = readWorld(written)
  const asked = askedOf(one)
  const { reason, because, counted = [] } = answerTo(written, world, asked)
  if (reason === 'permitted')
    return { permitted: because.slice('grant '.length), counted: counted.toSorted() }
  const instead = mayHelp.has(reason) ? insteadOf(written, world, asked) : undefined
  return { refused: reason, because, ...(instead !== undefined && { instead }) }
}

const answerTo = (written: Written, world: World, asked: Asked): Answer =>
  naively(world, readCall(written, world, asked))

/** Where another capability may spare the caller what refuses. */
const mayHelp = new Set(['condition', 'rule', 'scope'])

/** The first variant of what was called that may be called, by the name that it is called by. */
const insteadOf = (written: Written, world: World, asked: Asked): string | undefined => {
  const [use] = readCall(written, world, asked).uses
  const variants = world.capabilities
    .filter(({ item, kind }) => item === use?.of.item && kind === use.of.kind)
    .filter(({ variantOf }) => variantOf === use?.of.name)
    .map(({ name }) => name.replaceAll(/\{\+?(\w+)\}/g, (_, variable) => `${use?.args[variable]}`))
  return variants
    .sort()
    .find((name) => answerTo(written, world, { ...asked, name }).reason === 'permitted')
}
