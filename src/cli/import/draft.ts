import { findSecrets } from '#change/secrets.ts'
import { credentialDocument, itemDocument, problemOf } from './documents.ts'
import type { Entry, Given, Reach } from './entry.ts'
import { type Found, type Sorted, sortArguments, sortEnvironment, sortHeaders } from './lend.ts'
import { nameOf, takeName } from './names.ts'
import { placeOf, type Standing, type StandingItem } from './place.ts'
import type { RunnerDraft } from './runner.ts'

/** What becomes of one entry of a file. */
export interface Taken {
  readonly entry: Entry
  readonly becomes: 'draft' | 'stands' | 'left out'
  /** Of the item in the plane. */
  readonly name: string | undefined
  /** Without any value of the file. */
  readonly notes: readonly string[]
  readonly documents: readonly object[]
  /** What goes to the vault. */
  readonly secrets: readonly { readonly credential: string; readonly secret: string }[]
  /** The program that the operator has to name. */
  readonly runner: RunnerDraft | undefined
  /** Where the file still holds a secret, and the Credential that has it now. */
  readonly held: readonly { readonly at: string; readonly credential: string | undefined }[]
}

export interface Drafting {
  readonly plane: string
  readonly owner: string
  readonly standing: Standing
  /** Runners that the operator has named, by the entry that they are for. */
  readonly runners: ReadonlyMap<string, string>
}

/** What becomes of the entries of one file, in their order. Nothing that stands is changed. */
export const draftAll = (entries: readonly Entry[], about: Drafting): Taken[] => {
  const names = new Set<string>()
  const credentials = new Set(about.standing.credentials)
  return entries.map((entry) => draftOne(entry, { ...about, names, credentials }))
}

interface Taking extends Drafting {
  readonly names: Set<string>
  readonly credentials: Set<string>
}

const draftOne = (entry: Entry, about: Taking): Taken => {
  const { name: written, reach } = entry
  if (reach.how === 'none') return leftOut(entry, reach.because)
  const problem = reach.how === 'program' ? undefined : urlProblem(reach.url)
  if (problem !== undefined) return leftOut(entry, problem)
  const runner = about.runners.get(written)
  const { name, stands } = placeOf({ name: written, reach }, { ...about, runner })
  return stands ? standing(entry, name, stands) : draft(entry, name, about)
}

const leftOut = (entry: Entry, because: string): Taken => ({
  ...{ entry, becomes: 'left out', name: undefined, documents: [], secrets: [], runner: undefined },
  notes: [because, ...entry.notes],
  held: heldIn(entry.reach).map((at) => ({ at, credential: undefined })),
})

const urlProblem = (url: string): string | undefined => {
  if (/\$\{|\{[\w.-]+\}/.test(url)) return 'its URL names a variable, whose value only you can say'
  if (!URL.canParse(url) || !/^https?:/.test(url)) return 'its URL is none of http or https'
  return isSecretUrl(url)
    ? 'its URL holds what looks like a secret; the gateway lends secrets in a header alone'
    : undefined
}

const isSecretUrl = (url: string): boolean => findSecrets({ url }).length > 0

/** Every place of the file at which this entry holds a secret. */
const heldIn = (reach: Reach): string[] => [
  ...('url' in reach && isSecretUrl(reach.url) ? [reach.at] : []),
  ...[...sorted(reach).secrets, ...sortedArguments(reach).secrets]
    .filter(({ secret }) => secret !== undefined)
    .map(({ given }) => given.at),
]

const none: Sorted = { secrets: [], plain: [] }

const sorted = (reach: Reach): Sorted => {
  if (reach.how === 'url') return sortHeaders(reach.headers)
  return reach.how === 'program' ? sortEnvironment(reach.environment) : none
}

const sortedArguments = (reach: Reach): Sorted =>
  reach.how === 'program' ? sortArguments(reach.arguments) : none

/** Left as it is; but a secret that did not get into the vault the last time gets there now. */
const standing = (entry: Entry, name: string, stands: StandingItem): Taken => {
  const first = sorted(entry.reach).secrets.find(({ lent }) => lent)
  const { credential, credentialVersion } = stands
  const missing = credential === name && credentialVersion === undefined ? first?.secret : undefined
  const isIn = missing !== undefined || credentialVersion !== undefined
  return {
    ...{ entry, becomes: 'stands', name, documents: [], runner: undefined },
    notes: ['stands already, and is left as it is'],
    secrets: missing === undefined ? [] : [{ credential: name, secret: missing }],
    held: heldIn(entry.reach).map((at) => ({
      at,
      credential: isIn && at === first?.given.at ? credential : undefined,
    })),
  }
}

/** A secret of a draft, with the Credential that it is kept as. */
type Kept = Found & { readonly credential: string }

const draft = (entry: Entry, name: string, about: Taking): Taken => {
  const { reach } = entry
  const { secrets, plain } = sorted(reach)
  const lent = secrets.find((one) => one.lent)
  const kept = [...secrets, ...sortedArguments(reach).secrets]
    .filter((one) => one === lent || one.secret !== undefined)
    .map((one) => ({ ...one, credential: credentialName(name, one, one === lent, about) }))
  const runner = runnerOf(entry, name, about, plain)
  const [first] = kept.filter(({ given }) => given === lent?.given)
  const credential = first?.lent && { name: first.credential, ...first.lent }
  const item = itemDocument(entry, { ...about, name }, { runner: runner?.name, credential })
  const problem = problemOf(reach, item)
  if (problem !== undefined) return leftOut(entry, problem)
  const inFile = kept.filter((one) => one.secret !== undefined)
  return {
    ...{ entry, becomes: 'draft', name, runner },
    documents: [
      ...kept.map((one) =>
        credentialDocument(`${one.given.name ?? 'an argument'} of ${entry.name}`, {
          ...about,
          name: one.credential,
        }),
      ),
      item,
    ],
    secrets: inFile.map(({ credential, secret = '' }) => ({ credential, secret })),
    held: inFile.map(({ given, credential }) => ({ at: given.at, credential })),
    notes: [...notesOf(reach, plain, kept, first), ...entry.notes],
  }
}

const credentialName = (
  name: string,
  { given }: Found,
  isLent: boolean,
  { credentials }: Taking,
): string => takeName(isLent ? name : nameOf(`${name}-${given.name ?? 'argument'}`), credentials)

const runnerOf = (
  { name: written, reach }: Entry,
  name: string,
  { runners }: Taking,
  plain: readonly Given[],
): RunnerDraft | undefined => {
  if (reach.how !== 'program') return undefined
  const secrets = new Set(sortedArguments(reach).secrets.map(({ given }) => given))
  const text = (one: Given) => `${one.before ?? ''}${secrets.has(one) ? '…' : one.text}`
  return {
    name: runners.get(written) ?? name,
    isNamed: runners.has(written),
    command: reach.command,
    arguments: reach.arguments.map(text),
    environment: Object.fromEntries(plain.map((one) => [one.name ?? '', one.text])),
    folder: reach.folder,
  }
}

const notesOf = (
  reach: Reach,
  plain: readonly Given[],
  kept: readonly Kept[],
  lent: Kept | undefined,
): string[] => [
  ...(reach.how === 'url'
    ? plain.map(({ name }) => `header ${name} is not carried over: only a credential is sent along`)
    : []),
  ...kept
    .filter((one) => one !== lent)
    .map(
      ({ given, credential }) =>
        `${given.at} is kept as ${credential}, but not lent: a server is lent one credential, in a header or a variable`,
    ),
  ...(lent && lent.secret === undefined
    ? [`its secret is not in the file: bailiwick cred set ${lent.credential}`]
    : []),
]
