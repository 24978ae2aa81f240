import { type CelInput, type CelMap, celList, celMap } from '@bufbuild/cel'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import type { Facts } from '#domain/facts.ts'
import { pay } from './meter.ts'
import { unanswerable } from './unanswerable.ts'

/**
 * A JSON value for the library, which must never see one itself: an object with a member `$typeName`
 * would become whatever type of protobuf it names, and one with a member `constructor` nothing at
 * all. Objects are opened when something is taken out of them: a call may carry megabytes that no
 * condition speaks of.
 */
const celValueOf = (value: unknown): CelInput => {
  switch (typeof value) {
    case 'number':
      return numberOf(value)
    case 'string':
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      return Array.isArray(value)
        ? listOf(value)
        : mapOf(value as Readonly<Record<string, unknown>>)
    default:
      throw unanswerable('json')
  }
}

/** From 2^53 on, two integers that differ may be one double: it is not told which one was written. */
const numberOf = (value: number): number => {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw unanswerable('large')
  return value
}

const listOf = (elements: readonly unknown[]): CelInput => {
  pay(elements.length)
  return celList(elements.map(celValueOf))
}

const mapOf = (object: Readonly<Record<string, unknown>>): CelMap => celMap(new Members(object))

/** V8 takes its time to list the names of a large object. */
const stepsAName = 6

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
    return this.has(key) ? celValueOf(this.#object[key as string]) : undefined
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
    // How many there are is known when they have been gone through: not once more after all is spent.
    pay(1)
    const names = Object.keys(this.#object)
    pay(names.length * stepsAName)
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
const unknown = (reason: 'arguments' | 'uri'): CelInput =>
  unanswerable(reason) as unknown as CelInput

/** The names of a condition, each made when it is asked for. */
export class Names {
  readonly [name: string]: CelInput
  readonly #facts: Facts

  constructor(facts: Facts) {
    this.#facts = facts
  }

  get args() {
    const { args } = this.#facts
    return args ? mapOf(args) : unknown('arguments')
  }

  get uri() {
    return this.#facts.uri ?? unknown('uri')
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
