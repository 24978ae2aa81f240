import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Bag, type Placed } from './bag.ts'

class Thing implements Placed {
  place = -1
  readonly name: number
  constructor(name: number) {
    this.name = name
  }
}
const rest = (next: () => Thing | undefined): Thing[] => {
  const all: Thing[] = []
  for (let one = next(); one !== undefined; one = next()) all.push(one)
  return all
}

describe('A bag', () => {
  test('holds what was put in and not taken out, as a Set does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(8))), (steps) => {
        const things = Array.from({ length: 9 }, (_, name) => new Thing(name))
        const [bag, set] = [new Bag<Thing>(), new Set<Thing>()]
        for (const [comes, name] of steps) {
          const thing = things[name]
          if (!thing) continue
          if (comes && !set.has(thing)) {
            bag.add(thing)
            set.add(thing)
          } else if (!comes) assert.equal(bag.delete(thing), set.delete(thing))
          assert.equal(bag.size, set.size)
          assert.deepEqual(new Set(rest(bag.walk())), set)
        }
      }),
    )
  })

  test('a walk meets all that stay, however many come and go meanwhile, and comes to its end', () => {
    fc.assert(
      fc.property(
        fc.nat(9),
        fc.array(fc.tuple(fc.constantFrom('in', 'out', 'on'), fc.nat(30))),
        (count, steps) => {
          const bag = new Bag<Thing>()
          const here = Array.from({ length: count }, (_, name) => new Thing(name))
          for (const one of here) bag.add(one)
          const staying = new Set(here)
          const next = bag.walk()
          const met: Thing[] = []
          for (const [what, number] of steps) {
            if (what === 'in') {
              bag.add(new Thing(100 + number))
            } else if (what === 'out') {
              const thing = here[number % Math.max(1, here.length)]
              if (thing && bag.delete(thing)) staying.delete(thing)
            } else {
              const one = next()
              if (one === undefined) break
              met.push(one)
            }
          }
          met.push(...rest(next))
          for (const one of staying) assert(met.includes(one), `${one.name} was not met`)
          assert(met.length <= count)
        },
      ),
    )
  })
})
