import { type CelInput, type CelMap, celError, celList, celMap } from '@bufbuild/cel'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import type { Facts } from '#domain/facts.ts'
import { pay, Unanswerable } from './meter.ts'

/**
 * A JSON value for the library, which must never see one itself: an object with a member `$typeName`
 * would become whatever type of protobuf it names, and one with a member `constructor` nothing at
 * all. Objects are opened when something is taken out of them: a call may carry megabytes that no
 * condition speaks of.
 */
const celValueOf = (value: unknown): CelInput => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return numberOf(value)
    case 'object':
      if (value === null) return null
      return Array.isArray(value)
        ? listOf(value)
        : mapOf(value as Readonly<Record<string, unknown>>)
    default:
      throw new Unanswerable('there is a value that JSON does not know')
  }
}

/** From 2^53 on, two integers that differ may be one double: it is not told which one was written. */
const numberOf = (value: number): number => {
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new Unanswerable('a number is too large to be told exactly')
  return value
}

const listOf = (elements: readonly unknown[]): CelInput => {
  pay(elements.length)
  return celList(elements.map(celValueOf))
}

const mapOf = (object: Readonly<Record<string, unknown>>): CelMap => celMap(new Members(object))

/** The members of a JSON object, as a map that is made only where all of them are asked for. */
class Members implements ReadonlyMap<string, CelInput> {
  readonly #object: Readonly<Record<string, unknown>>

  constructor(object: Readonly<Record<string, unknown>>) {
    this.#object = object
  }

  has(key: unknown): boolean {
    return typeof key === 'string' && Object.hasOwn(this.#object, key)
  }

  get(key: unknown): CelInput | undefined {
    return typeof key === 'string' && this.has(key) ? celValueOf(this.#object[key]) : undefined
  }

  get size(): number {
    return this.#names().length
  }

  keys() {
    return this.#all().keys()
  }

  values() {
    return this.#all().values()
  }

  entries() {
    return this.#all().entries()
  }

  [Symbol.iterator]() {
    return this.entries()
  }

  forEach(visit: Parameters<ReadonlyMap<string, CelInput>['forEach']>[0]): void {
    this.#all().forEach(visit)
  }

  #names(): readonly string[] {
    const names = Object.keys(this.#object)
    pay(names.length)
    return names
  }

  #all(): ReadonlyMap<string, CelInput> {
    return new Map(this.#names().map((name) => [name, celValueOf(this.#object[name])]))
  }
}

/**
 * The library takes an error for a value that is not known, though its type does not say so: what
 * depends on it errs, and `true || it` is true.
 */
const unknown = (why: string): CelInput => celError(new Unanswerable(why)) as unknown as CelInput

/** The names of a condition, each made when it is asked for. */
export class Names {
  readonly [name: string]: CelInput
  readonly #facts: Facts

  constructor(facts: Facts) {
    this.#facts = facts
  }

  get args() {
    const { args } = this.#facts
    return args ? mapOf(args) : unknown('the arguments are not known here')
  }

  get uri() {
    return this.#facts.uri ?? unknown('this is not a resource: it has no URI')
  }

  get caller() {
    return mapOf(this.#facts.caller)
  }

  get consumer() {
    return mapOf(this.#facts.consumer)
  }

  get user() {
    const { user } = this.#facts
    return user ? mapOf(user) : null
  }

  get item() {
    return mapOf(this.#facts.item)
  }

  get run() {
    return mapOf(this.#facts.run)
  }

  get now() {
    return timestampFromMs(this.#facts.now)
  }
}
