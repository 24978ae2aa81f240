import { createHmac, type KeyObject } from 'node:crypto'
import { type Alg, compact, type HouseKey, makeKey, signAs } from './house.ts'
import { encode } from './signing.ts'

/** A good token of some issuer, as what it is made of. */
export interface Good {
  readonly key: HouseKey
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>> & {
    readonly iat: number
    readonly aud: string
    readonly iss: string
  }
}

/** What one line of the list in trust.md §4 does to it; texts where no object can say it. */
export type Spoilt = readonly [name: string, spoil: (good: Good) => string]

const json = (value: unknown): string => JSON.stringify(value)
const whole = ({ key, header, claims }: Good): string => compact(key, json(header), json(claims))
export const goodToken = whole

const header = (changes: object) => (good: Good) =>
  whole({ ...good, header: { ...good.header, ...changes } })
const claims = (changes: object | ((good: Good) => object)) => (good: Good) =>
  compact(
    good.key,
    json(good.header),
    json({ ...good.claims, ...(typeof changes === 'function' ? changes(good) : changes) }),
  )
const headerText = (spoil: (text: string) => string) => (good: Good) =>
  compact(good.key, spoil(json(good.header)), json(good.claims))
const payloadText = (spoil: (text: string) => string) => (good: Good) =>
  compact(good.key, json(good.header), spoil(json(good.claims)))
const text = (spoil: (token: string) => string) => (good: Good) => spoil(whole(good))

const unsigned = (alg: string) => (good: Good) =>
  `${encode(json({ ...good.header, alg }))}.${encode(json(good.claims))}.`
const mac = (secret: (key: KeyObject) => string) => (good: Good) => {
  const signed = `${encode(json({ ...good.header, alg: 'HS256' }))}.${encode(json(good.claims))}`
  return `${signed}.${createHmac('sha256', secret(good.key.publicKey)).update(signed).digest('base64url')}`
}
const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString()
const signature = (spoil: (good: Buffer) => Uint8Array) => (good: Good) => {
  const [head, payload, signed = ''] = whole(good).split('.')
  return `${head}.${payload}.${encode(spoil(Buffer.from(signed, 'base64url')))}`
}
const strangers = new Map<Alg, HouseKey>()
const stranger = (alg: Alg): HouseKey => {
  const key = strangers.get(alg) ?? makeKey(alg, 'stranger')
  strangers.set(alg, key)
  return key
}
const byStranger = (more: (stranger: HouseKey) => object) => (good: Good) => {
  const other = stranger(good.key.alg)
  return compact(other, json({ ...good.header, ...more(other) }), json(good.claims))
}
const resigned = (alg: Alg, signer: Alg) => (good: Good) => {
  const signed = `${encode(json({ ...good.header, alg }))}.${encode(json(good.claims))}`
  return `${signed}.${encode(signAs(signer, stranger(signer).privateKey, signed))}`
}
const doubled = (member: string, value: unknown) => (written: string) =>
  written.replace('{', `{${json(member)}:${json(value)},`)
const with_ = (name: string, written: string) =>
  payloadText((all) => all.replace(new RegExp(`"${name}":\\d+`), `"${name}":${written}`))
const twice = (name: string) => payloadText((all) => doubled(name, 'x')(all))

export const spoilt: readonly Spoilt[] = [
  ['alg none without a signature', unsigned('none')],
  ['alg None without a signature', unsigned('None')],
  ['alg nOnE without a signature', unsigned('nOnE')],
  ['alg none with a signature', header({ alg: 'none' })],
  ['alg empty', header({ alg: '' })],
  ['alg missing', header({ alg: undefined })],
  ['alg a list', header({ alg: ['ES256'] })],
  ['alg HS256 with the public key as PEM', mac(pem)],
  ['alg HS256 with the PEM after a space', mac((key) => ` ${pem(key)}`)],
  ['alg HS256 with the PEM after a byte order mark', mac((key) => `\uFEFF${pem(key)}`)],
  ['alg HS256 with the public key as JWK', mac((key) => json(key.export({ format: 'jwk' })))],
  ['alg HS256 with an empty secret', mac(() => '')],
  ['alg RS256 where the key is for another', resigned('RS256', 'RS256')],
  ['alg PS256 where the key is for another', resigned('PS256', 'PS256')],
  ['alg ES384 where the key is for another', resigned('ES384', 'ES384')],
  ['alg EdDSA where the key is for another', resigned('EdDSA', 'EdDSA')],
  ['alg ES256K', header({ alg: 'ES256K' })],
  ['alg ES512', header({ alg: 'ES512' })],

  ['a signature of zeros', signature((good) => Buffer.alloc(good.length))],
  ['a signature of ones', signature((good) => Buffer.alloc(good.length, 0xff))],
  ['a signature one byte short', signature((good) => good.subarray(1))],
  ['a signature one byte long', signature((good) => Buffer.concat([good, Buffer.alloc(1)]))],
  ['a signature of one byte', signature(() => Buffer.alloc(1))],
  [
    'a signature with a bit turned',
    signature((good) => good.map((byte, i) => (i ? byte : byte ^ 1))),
  ],
  ['no signature at all', text((token) => token.slice(0, token.lastIndexOf('.') + 1))],
  ['a signature of a stranger under its kid', byStranger(() => ({}))],
  [
    'a signature of another token',
    (good) => {
      const [head, payload] = whole(good).split('.')
      const [, , other] = whole({ ...good, claims: { ...good.claims, jti: 'other' } }).split('.')
      return `${head}.${payload}.${other}`
    },
  ],

  ['kid missing', header({ kid: undefined })],
  ['kid empty', header({ kid: '' })],
  ['kid a number', header({ kid: 0 })],
  ['kid a path', header({ kid: '../../../../dev/null' })],
  ['kid with SQL', header({ kid: "' or '1'='1" })],
  ['kid a URL', header({ kid: 'https://evil.example/key' })],
  ['kid with NUL behind it', (good) => header({ kid: `${good.key.kid}\0` })(good)],
  ['kid of 6 KiB', header({ kid: 'k'.repeat(6144) })],
  ['kid twice', headerText(doubled('kid', 'other'))],
  ['kid __proto__', header({ kid: '__proto__' })],
  ['kid of nobody', byStranger(({ kid }) => ({ kid }))],

  ['jwk in the header', byStranger(({ jwk }) => ({ jwk }))],
  ['jku in the header', byStranger(() => ({ jku: 'https://evil.example/keys' }))],
  ['x5u in the header', byStranger(() => ({ x5u: 'https://evil.example/cert' }))],
  ['x5c in the header', byStranger(() => ({ x5c: ['MIIB'] }))],
  ['jku beside a good signature', header({ jku: 'https://evil.example/keys' })],
  ['crit with what nobody knows', header({ crit: ['ext'], ext: 1 })],
  ['crit empty', header({ crit: [] })],
  ['crit naming one twice', header({ crit: ['exp', 'exp'] })],
  ['crit not a list', header({ crit: 'exp' })],
  ['b64 false', header({ b64: false, crit: ['b64'] })],
  ['zip', header({ zip: 'DEF' })],
  [
    'a token in a token',
    (good) => compact(good.key, json({ ...good.header, cty: 'JWT' }), whole(good)),
  ],
  ['a token as the payload', (good) => compact(good.key, json(good.header), whole(good))],
  ['alg twice', headerText(doubled('alg', 'none'))],
  ['alg twice, once escaped', headerText((all) => all.replace('{', '{"\\u0061lg":"none",'))],
  ['__proto__ in the header', headerText((all) => all.replace('{', '{"__proto__":{},'))],
  ['constructor in the header', header({ constructor: 1 })],
  ['a header after a byte order mark', headerText((all) => `\uFEFF${all}`)],
  ['a header with text behind it', headerText((all) => `${all}{}`)],

  ['typ missing', header({ typ: undefined })],
  ['typ JWT', header({ typ: 'JWT' })],
  ['typ of an ID token', header({ typ: 'id_token+jwt' })],
  ['typ of a logout token', header({ typ: 'logout+jwt' })],
  ['typ of a transaction token', header({ typ: 'txntoken+jwt' })],
  ['typ of an assertion grant', header({ typ: 'oauth-id-jag+jwt' })],
  ['typ of a proof', header({ typ: 'dpop+jwt' })],

  ['one dot', text((token) => token.slice(0, token.lastIndexOf('.')))],
  ['three dots', text((token) => `${token}.AAAA`)],
  ['four dots, as an encrypted token', text((token) => `${token}.AAAA.AAAA`)],
  [
    'JSON serialisation',
    (good) => {
      const [head, payload, signed] = whole(good).split('.')
      return json({ protected: head, payload, signature: signed })
    },
  ],
  ['padding behind it', text((token) => `${token}==`)],
  ['a standard base64 character', text((token) => `${token.slice(0, -1)}+`)],
  ['a percent sign', text((token) => `${token.slice(0, -3)}%41`)],
  ['more than 8 KiB', text((token) => `${token}${'A'.repeat(8192)}`)],

  ['a payload after a byte order mark', payloadText((all) => `\uFEFF${all}`)],
  ['a payload with text behind it', payloadText((all) => `${all}{}`)],
  ['a payload that is a list', payloadText((all) => `[${all}]`)],
  ['a payload cut short', payloadText((all) => all.slice(0, -1))],
  [
    'a very deep payload',
    payloadText((all) => all.replace('{', `{"deep":${'['.repeat(600)}${']'.repeat(600)},`)),
  ],
  ['many claims', claims(Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`c${i}`, 1])))],
  ['aud twice', twice('aud')],
  ['iss twice', twice('iss')],
  ['exp twice', payloadText((all) => doubled('exp', 4_000_000_000)(all))],
  ['sub twice, once escaped', payloadText((all) => all.replace('{', '{"\\u0073ub":"admin",'))],
  ['__proto__ as a claim', payloadText((all) => all.replace('{', '{"__proto__":{"sub":"x"},'))],

  ['aud missing', claims({ aud: undefined })],
  ['aud empty', claims({ aud: '' })],
  [
    'aud a list with another',
    claims(({ claims: { aud } }) => ({ aud: [aud, 'https://evil.example'] })),
  ],
  ['aud in a list in a list', claims(({ claims: { aud } }) => ({ aud: [[aud]] }))],
  ['aud an empty list', claims({ aud: [] })],
  ['aud in another case', claims(({ claims: { aud } }) => ({ aud: aud.toUpperCase() }))],
  ['aud with a slash behind it', claims(({ claims: { aud } }) => ({ aud: `${aud}/` }))],
  ['aud of another port', claims(({ claims: { aud } }) => ({ aud: aud.replace(/:\d+/, ':1') }))],
  ['aud of another server', claims(({ claims: { aud } }) => ({ aud: `${aud}-other` }))],
  [
    'aud of another plane',
    claims(({ claims: { aud } }) => ({ aud: aud.replace('/ops', '/finance') })),
  ],
  ['aud of a REST API', claims(({ claims: { aud } }) => ({ aud: aud.replace('/mcp/', '/rest/') }))],

  ['iss missing', claims({ iss: undefined })],
  ['iss with a slash behind it', claims(({ claims: { iss } }) => ({ iss: `${iss}/` }))],
  ['iss in another case', claims(({ claims: { iss } }) => ({ iss: iss.toUpperCase() }))],
  [
    'iss in letters that look alike',
    claims(({ claims: { iss } }) => ({ iss: iss.replace('p', '\u0440') })),
  ],
  ['iss a list', claims(({ claims: { iss } }) => ({ iss: [iss] }))],
  ['iss of nobody', claims({ iss: 'https://evil.example' })],

  ['exp past', claims(({ claims: { iat } }) => ({ iat: iat - 600, exp: iat - 300 }))],
  ['exp now', claims(({ claims: { iat } }) => ({ iat: iat - 300, exp: iat }))],
  [
    'exp a second ago, which no skew allows',
    claims(({ claims: { iat } }) => ({ iat: iat - 300, exp: iat - 1 })),
  ],
  ['exp missing', claims({ exp: undefined })],
  ['exp a text', claims(({ claims: { iat } }) => ({ exp: `${iat + 300}` }))],
  ['exp a float', with_('exp', '4000000000.5')],
  ['exp 1e999', with_('exp', '1e999')],
  ['exp negative', with_('exp', '-1')],
  ['exp a hundred years from now', claims(({ claims: { iat } }) => ({ exp: iat + 3_153_600_000 }))],
  ['iat missing', claims({ iat: undefined })],
  ['iat a text', claims(({ claims: { iat } }) => ({ iat: `${iat}` }))],
  ['iat more than half a minute ahead', claims(({ claims: { iat } }) => ({ iat: iat + 40 }))],
  ['nbf ahead', claims(({ claims: { iat } }) => ({ nbf: iat + 100 }))],
  ['nbf a text', claims({ nbf: 'tomorrow' })],

  ['sub missing', claims({ sub: undefined })],
  ['sub empty', claims({ sub: '' })],
  ['sub a list', claims({ sub: ['planner'] })],
  ['jti missing', claims({ jti: undefined })],
  ['jti a number', claims({ jti: 7 })],
  ['client_id of nobody', claims({ client_id: 'nobody@workplace-ai' })],
  ['client_id of a consumer that it does not act for', claims({ client_id: 'planner@soc' })],
  ['client_id missing', claims({ client_id: undefined })],
  ['scope a number', claims({ scope: 7 })],
  ['scope with a quote', claims({ scope: 'a"b' })],
  ['cnf of a method that nobody knows', claims({ cnf: { kid: 'x' } })],
  ['cnf of two methods', claims({ cnf: { jkt: 'A'.repeat(43), 'x5t#S256': 'A'.repeat(43) } })],
  ['a bound token without a proof', claims({ cnf: { jkt: 'A'.repeat(43) } })],
  ['act that is a text', claims({ act: 'other' })],
  ['act of somebody else', claims({ act: { sub: 'other' } })],
  [
    'act a hundred deep',
    claims({
      act: Array.from({ length: 100 }).reduce<object>((act) => ({ sub: 'planner', act }), {
        sub: 'planner',
      }),
    }),
  ],
  ['acr a list', claims({ acr: ['high'] })],
  ['auth_time a text', claims({ auth_time: 'now' })],
]
