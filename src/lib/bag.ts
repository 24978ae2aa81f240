/** What lies in a Bag knows where; only the bag writes it. −1 outside of any. */
export interface Placed {
  place: number
}

/**
 * Things in no order, of which many come and go: an array whose last one takes the place of whoever
 * leaves.
 *
 * Not a Set, though it would read better: V8 makes a Set from which things were taken anew every now and
 * then, and what it was before keeps hold of what it became. Once one of them has grown old, everything
 * that was ever in one of its successors is kept until the next collection of the whole heap, which a
 * thing of every call must not be.
 */
export class Bag<Thing extends Placed> {
  readonly #all: Thing[] = []

  get size(): number {
    return this.#all.length
  }

  add(thing: Thing): void {
    thing.place = this.#all.length
    this.#all.push(thing)
  }

  /** False where it is not here. */
  delete(thing: Thing): boolean {
    const { place } = thing
    if (this.#all[place] !== thing) return false
    const last = this.#all.pop()
    if (last !== undefined && last !== thing) {
      this.#all[place] = last
      last.place = place
    }
    thing.place = -1
    return true
  }

  /**
   * Each that is here now and has not left when its turn comes, some of them twice where others left
   * meanwhile; of those that came meanwhile some or none. Undefined when all have had their turn.
   */
  walk(): () => Thing | undefined {
    let at = this.#all.length
    // Downwards: whoever takes an empty place from the end has had its turn already.
    return () => {
      at = Math.min(at, this.#all.length) - 1
      return this.#all[at]
    }
  }
}
