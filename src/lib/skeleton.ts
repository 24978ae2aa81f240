import { inflateRawSync } from 'node:zlib'
import { packedConfusables } from './confusables.ts'

/**
 * UTS 39 §4: two texts that a reader takes for each other have the same skeleton. Without the order in
 * which bidirectional text is shown (`bidiSkeleton`): what is compared here is no such text, or is
 * refused for the controls in it. A skeleton is for comparing, and never for showing.
 */
export function skeletonOf(text: string): string {
  if (isAscii(text)) return text.replace(MISLEADING, (one) => ASCII[one] ?? one)
  const plain = text.normalize('NFD').replace(IGNORED, '')
  return Array.from(plain, (one) => prototypes().get(one) ?? one)
    .join('')
    .normalize('NFD')
}

const isAscii = (text: string): boolean => !/[^\p{ASCII}]/u.test(text)
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu

/** Those of the table that are ASCII, so that most names are compared without it; a test holds them equal. */
const ASCII: Readonly<Record<string, string>> = {
  '"': "''",
  '%': 'º/₀',
  '0': 'O',
  '1': 'l',
  I: 'l',
  '`': "'",
  m: 'rn',
  '|': 'l',
}
const MISLEADING = /["%01I`m|]/g

let unpacked: ReadonlyMap<string, string> | undefined

/** What each code point is taken for. */
function prototypes(): ReadonlyMap<string, string> {
  unpacked ??= unpack()
  return unpacked
}

function unpack(): ReadonlyMap<string, string> {
  const lines = inflateRawSync(Buffer.from(packedConfusables, 'base64')).toString().split('\n')
  let source = 0
  return new Map(
    lines.map((line) => {
      const [step = '', like = ''] = line.split(' ')
      source += step === '' ? 1 : parseInt(step, 36)
      const target = like.split('.').map((one) => parseInt(one, 36))
      return [String.fromCodePoint(source), String.fromCodePoint(...target)]
    }),
  )
}
