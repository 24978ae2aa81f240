import { createPrivateKey, hash, type KeyObject } from 'node:crypto'
import { makeBundle, type PolicyRevision } from '#ledger/bundle/bundle.ts'
import type { BundleFiles } from '#ledger/verify/bundle-files.ts'
import { ledgerKey, type WrittenKey } from '#ledger/verify/keys.ts'
import { checkpointText } from '#lib/checkpoint.ts'
import { nodesOf } from '#lib/merkle.ts'
import { rawPublicKey, signNote, verifierKeyText } from '#lib/signed-note.ts'
import { tlogProofText } from '#lib/tlog-proof.ts'
import { createNaiveTree } from '../naive-tree.ts'

// A ledger as a gateway would have written it, made by hand, with two keys and bundles of it.

export const origin = 'bailiwick/01JSAMPLE/ops'
export const plane = 'ops'
const start = Date.UTC(2026, 10, 20, 8)

const pkcs8 = '302e020100300506032b657004220420'
export const keyOf = (seed: number): KeyObject => {
  const der = Buffer.from(`${pkcs8}${seed.toString(16).padStart(2, '0').repeat(32)}`, 'hex')
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

export const definitionOf = (tool: string): string =>
  `{"definition":{"description":"Reads — quickly.","inputSchema":{"type":"object"},"name":"${tool}"},"kind":"tool"}`
const sha256 = (bytes: string | Uint8Array): string => hash('sha256', bytes, 'hex')

const nonce = Buffer.alloc(32, 7)
const plain = Buffer.from('{"line":"3"}')
const sealed = Buffer.from('what is encrypted of it')
const commit = sha256(Buffer.concat([Buffer.from('bailiwick/commit/v1\0'), nonce, plain]))

type Fields = Readonly<Record<string, unknown>>
const bodyOf = (at: number, fields: Fields): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries({ at: start + at, plane, v: 1, ...fields }).sort(([a], [b]) =>
        a < b ? -1 : 1,
      ),
    ),
  )

const operation = (tool: string) => ({
  ...{
    agent: 'line-3',
    client: 'line-3@shop',
    consumer: 'shop',
    kind: 'tool',
    method: 'tools/call',
  },
  ...{ name: tool, server: 'mes' },
})
const intent = (at: number, call: string, tool: string): string =>
  bodyOf(at, {
    ...operation(tool),
    ...{ argumentBytes: 12, argumentsCommit: commit, argumentsSealed: sha256(sealed), call },
    ...{ credential: '', definition: sha256(definitionOf(tool)), era: 'modern', grant: 'own-line' },
    ...{ quotas: ['burst'], revision: 1, type: 'call.intent', 'arg.line': '3' },
  })
const outcome = (at: number, call: string): string =>
  bodyOf(at, { call, code: '', ms: 4, resultBytes: 40, status: 'complete', type: 'call.outcome' })
const refused = (at: number, call: string): string =>
  bodyOf(at, {
    ...operation('read_telemetry'),
    ...{
      argumentBytes: 12,
      because: 'no grant: “own-line” 😀',
      call,
      reason: 'policy',
      revision: 1,
    },
    ...{ station: 'permit', type: 'call.refused', user: 'ayşe' },
  })
const changed = (at: number, revision: number): string =>
  bodyOf(at, {
    ...{ by: 'local:ops', revision, set: 'plant', summary: `change ${revision}`, why: 'line 4' },
    type: 'policy.changed',
  })
const keyEntry = (at: number, publicKey: Uint8Array, before: Uint8Array | undefined): string =>
  bodyOf(at, {
    before: before === undefined ? '' : base64(before),
    ...{ publicKey: base64(publicKey), type: 'ledger.key' },
  })

export interface Sample {
  readonly bodies: readonly string[]
  /** Signed notes, oldest first, with their sizes. */
  readonly checkpoints: readonly { readonly size: number; readonly note: string }[]
  readonly keys: readonly WrittenKey[]
  readonly newest: KeyObject
  /** A checkpoint of the newest key, so many seconds behind the first. */
  sign(size: number, seconds: number): string
}

export interface SampleOptions {
  readonly calls?: number
  /** Seeds of the keys. */
  readonly seeds?: readonly [number, number]
  /** A ledger that is the same up to here, and another one behind it. */
  readonly forkAt?: number
  readonly origin?: string
}

/** Of `calls` calls, a refusal and a change among them; a second key signs from the middle on. */
export const createSample = (options: SampleOptions = {}): Sample => {
  const { calls = 12, seeds = [1, 2], forkAt = Number.POSITIVE_INFINITY } = options
  const named = options.origin ?? origin
  const [first, second] = [keyOf(seeds[0]), keyOf(seeds[1])]
  const publicKeys = [rawPublicKey(first), rawPublicKey(second)] as const
  const bodies = [keyEntry(0, publicKeys[0], undefined), changed(1, 1)]
  const sizes = [bodies.length]
  const middle = Math.floor(calls / 2)
  let rotated = 0
  for (let n = 0; n < calls; n++) {
    const at = 1000 * (n + 1) + (bodies.length >= forkAt ? 1 : 0)
    const call = `01CALL${String(n).padStart(4, '0')}`
    bodies.push(intent(at, call, n % 3 === 0 ? 'read_telemetry' : 'list_lines'))
    if (n % 5 === 2) bodies.push(refused(at, `${call}R`))
    bodies.push(outcome(at + 4, call))
    if (n === middle) rotated = bodies.push(keyEntry(at + 5, publicKeys[1], publicKeys[0]))
    if (n % 2 === 0 || n === middle) sizes.push(bodies.length)
  }
  bodies.push(changed(1000 * (calls + 1), 3))
  sizes.push(bodies.length, bodies.length)
  const naive = createNaiveTree(bodies)
  const note = (size: number, key: KeyObject, at: number): string => {
    const pair = ledgerKey(named, rawPublicKey(key), 0)
    const text = checkpointText({ origin: named, size, root: naive.root(0, size) })
    const signers = [pair.plain, pair.timed].map((one) => ({ key: one, privateKey: key }))
    return signNote(text, signers, Math.floor(start / 1000) + at)
  }
  const checkpoints = sizes.map((size, at) => ({
    size,
    note: note(size, size > rotated ? second : first, at),
  }))
  const handover = checkpoints.find(({ size }) => size === rotated)?.note ?? ''
  const proof = tlogProofText({
    extra: Buffer.from(bodies[rotated - 1] ?? ''),
    index: rotated - 1,
    proof: naive.inclusion(rotated - 1, rotated),
    checkpoint: handover,
  })
  const keys = [
    { key: verifierKeyText(ledgerKey(named, publicKeys[0], 1).plain), position: 1 },
    { key: verifierKeyText(ledgerKey(named, publicKeys[1], 0).plain), position: rotated, proof },
  ]
  const sign = (size: number, seconds: number) => note(size, second, seconds)
  return { bodies, checkpoints, keys, newest: second, sign }
}

const policy: readonly PolicyRevision[] = [1, 2, 3].map((revision) => ({
  ...{ at: start, by: 'local:ops' },
  changes: [{ after: { allow: [] }, before: null, kind: 'Grant', name: 'own-line' }],
  ...{ revision, set: 'plant', summary: `change ${revision}`, why: 'line 4' },
}))

export type Bundle = Map<string, Buffer>

/** The bundle of a range of a sample, in memory. */
export const bundleOf = async (
  sample: Sample,
  about: { readonly from?: number; readonly to?: number; readonly signer?: KeyObject } = {},
): Promise<Bundle> => {
  const { bodies, checkpoints, keys, newest } = sample
  const { from = 1, to = bodies.length, signer = newest } = about
  const size = bodies.length
  const naive = createNaiveTree(bodies)
  const hashes = (begin: number, end: number) =>
    nodesOf({ begin, end }).map(({ level, index }) =>
      naive.root(index * 2 ** level, (index + 1) * 2 ** level),
    )
  const wanted = checkpoints.filter(
    (one, at) => (one.size >= from - 1 && one.size <= to) || at === checkpoints.length - 1,
  )
  const inRange = bodies.slice(from - 1, to)
  const ofIntents = inRange.flatMap((body, at) =>
    body.includes('"call.intent"') ? [from + at] : [],
  )
  const key = ledgerKey(keys[0]?.key.split('+')[0] ?? '', rawPublicKey(signer), 0).plain
  const files: Bundle = new Map()
  const pieces = makeBundle({
    ...{ plane, origin: key.name, from, to, size, keys, at: start, by: 'audrey', version: '0.1.0' },
    left: hashes(0, from - 1),
    right: hashes(to, size),
    entries: listed([inRange]),
    checkpoints: listed(wanted.map(({ note }) => note)),
    definition: async (fingerprint) =>
      [definitionOf('read_telemetry')].find((text) => sha256(text) === fingerprint),
    policy: listed(policy),
    payloads: listed(ofIntents.map((position) => ({ position, sealed }))),
    disclosed: listed(ofIntents.slice(0, 2).map((position) => ({ position, nonce, plain }))),
    sign: (text) => signNote(text, [{ key, privateKey: signer }], 0),
  })
  for await (const { file, bytes } of pieces)
    files.set(file, Buffer.concat([files.get(file) ?? Buffer.alloc(0), bytes]))
  return files
}

export const filesOf = (bundle: Bundle): BundleFiles => ({
  list: () => [...bundle.keys()],
  size: (name) => bundle.get(name)?.length,
  read: (name, offset, length) =>
    (bundle.get(name) ?? Buffer.alloc(0)).subarray(offset, offset + length),
})

async function* listed<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item
}
