import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import type { TokenProblem } from '#identity/identity.ts'
import { createForger, type Forger, goodClaims, json, nowS } from './forge.ts'
import { encode, otherS, signSegments } from './signing.ts'
import { createWorld, finance, planner, startMs } from './world.ts'

/**
 * Every row is signed by the plane's own key wherever its name does not say otherwise: the one thing
 * wrong with it is what it is called.
 */
const world = await createWorld()
const ours = await world.mint()
await world.mint([], planner, finance)
const forger = await createForger(world)
const { key: ourKey } = await world.privateKey()
const theirs = await world.privateKey(finance)
const { kid, goodHeader } = forger
const publicKey = createPublicKey(ourKey)
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
const [ourHeader = '', ourPayload = '', ourSignature = ''] = ours.split('.')

const jkt = 'A'.repeat(43)
interface Chain {
  readonly sub: string
  readonly act?: Chain
}
const chain = (links: number, sub = 'planner'): Chain =>
  links === 1 ? { sub } : { sub, act: chain(links - 1, 'lone') }

const headerText = (text: string) => forger.texts(text, json(goodClaims))
const payloadText = (text: string | Uint8Array) => forger.texts(json(goodHeader), text)
const raw = json(goodClaims)
const rawWith = (from: string, to: string) => payloadText(raw.replace(from, to))
const hmac = (key: string | Buffer | KeyObject) => {
  const signed = `${encode(json({ ...goodHeader, alg: 'HS256' }))}.${encode(raw)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}
const unsigned = (alg: string) => `${encode(json({ ...goodHeader, alg }))}.${encode(raw)}.`
const respell = (alphabetStep: number, segment: string) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(segment.slice(-1))
  return segment.slice(0, -1) + alphabet[last + alphabetStep]
}
/** A payload whose length leaves unused bits in its last character. */
const padded = encode(`${raw}${' '.repeat((4 - (raw.length % 3)) % 3)}`)

/** Good claims of a token on behalf of a user. */
const forAlice = { ...goodClaims, sub: 'alice@example.com', act: { sub: 'planner' } }
const behalf = json(forAlice)
const onBehalf = (changes: object) => payloadText(json({ ...forAlice, ...changes }))

type Row = readonly [name: string, token: string, problem: TokenProblem]
const rows: readonly Row[] = [
  // alg
  ['alg none with no signature', unsigned('none'), 'malformed'],
  ['alg None with no signature', unsigned('None'), 'malformed'],
  ['alg nOnE with no signature', unsigned('nOnE'), 'malformed'],
  ['alg none with a signature', forger.header({ alg: 'none' }), 'header'],
  ['alg NONE with a signature', forger.header({ alg: 'NONE' }), 'header'],
  ['alg nOnE with a signature', forger.header({ alg: 'nOnE' }), 'header'],
  ['alg empty', forger.header({ alg: '' }), 'header'],
  ['alg missing', forger.header({ alg: undefined }), 'header'],
  ['alg null', forger.header({ alg: null }), 'header'],
  ['alg an array', forger.header({ alg: ['ES256'] }), 'header'],
  ['alg in lower case', forger.header({ alg: 'es256' }), 'header'],
  ['alg HS256 with the public key as PEM', hmac(pem), 'header'],
  ['alg HS256 with the public key as PEM after a space', hmac(` ${pem}`), 'header'],
  ['alg HS256 with the public key as PEM after a byte order mark', hmac(`\uFEFF${pem}`), 'header'],
  [
    'alg HS256 with the public key as JWK',
    hmac(json(publicKey.export({ format: 'jwk' }))),
    'header',
  ],
  ['alg HS256 with an empty key', hmac(''), 'header'],
  ['alg ES256K over our signature', forger.header({ alg: 'ES256K' }), 'header'],
  ['alg ES384 over our signature', forger.header({ alg: 'ES384' }), 'header'],
  ['alg EdDSA over our signature', forger.header({ alg: 'EdDSA' }), 'header'],
  ['alg RS256 over our signature', forger.header({ alg: 'RS256' }), 'header'],
  ['alg PS256 over our signature', forger.header({ alg: 'PS256' }), 'header'],

  // the signature
  [
    'signature of another key under our kid',
    signSegments(stranger.privateKey, encode(json(goodHeader)), encode(raw)),
    'signature',
  ],
  ['signature of zeros', forger.signedBy(() => Buffer.alloc(64)), 'signature'],
  [
    'signature with r zero',
    forger.signedBy((_, good) => Buffer.concat([Buffer.alloc(32), good.subarray(32)])),
    'signature',
  ],
  [
    'signature with s zero',
    forger.signedBy((_, good) => Buffer.concat([good.subarray(0, 32), Buffer.alloc(32)])),
    'signature',
  ],
  [
    'signature with r and s at the top of their range',
    forger.signedBy(() => Buffer.alloc(64, 0xff)),
    'signature',
  ],
  [
    'signature with the high one of both values of s',
    forger.signedBy((_, good) => otherS(good)),
    'signature',
  ],
  [
    'signature as DER',
    forger.signedBy((signed) => sign('sha256', Buffer.from(signed), ourKey)),
    'signature',
  ],
  ['signature one byte short', forger.signedBy((_, good) => good.subarray(1)), 'signature'],
  [
    'signature one byte long',
    forger.signedBy((_, good) => Buffer.concat([good, Buffer.alloc(1)])),
    'signature',
  ],
  ['signature of one byte', forger.signedBy(() => Buffer.alloc(1)), 'signature'],
  [
    'signature of another token of ours',
    `${ourHeader}.${encode(raw)}.${ourSignature}`,
    'signature',
  ],
  ['no signature at all', `${ourHeader}.${ourPayload}.`, 'malformed'],

  // kid
  ['kid missing', forger.header({ kid: undefined }), 'header'],
  ['kid empty', forger.header({ kid: '' }), 'unknown key'],
  ['kid a number', forger.header({ kid: 0 }), 'header'],
  ['kid an array around ours', forger.header({ kid: [kid] }), 'header'],
  ['kid a path', forger.header({ kid: '../../../../dev/null' }), 'unknown key'],
  ['kid with SQL', forger.header({ kid: "' or '1'='1" }), 'unknown key'],
  ['kid a URL', forger.header({ kid: 'https://evil.example/key' }), 'unknown key'],
  ['kid with NUL behind ours', forger.header({ kid: `${kid}\0` }), 'unknown key'],
  ['kid in another case', forger.header({ kid: kid.toLowerCase() }), 'unknown key'],
  ['kid of 64 KiB', forger.header({ kid: 'k'.repeat(65_536) }), 'too long'],
  ['kid twice', headerText(json(goodHeader).replace('{', `{"kid":"${kid}",`)), 'header'],
  ['kid __proto__', forger.header({ kid: '__proto__' }), 'unknown key'],
  ["kid of another plane's key", forger.header({ kid: theirs.kid }), 'unknown key'],

  // what else a header can carry
  [
    'jwk in the header',
    forger.header({ jwk: stranger.publicKey.export({ format: 'jwk' }) }),
    'header',
  ],
  ['jku in the header', forger.header({ jku: 'https://evil.example/jwks' }), 'header'],
  ['x5u in the header', forger.header({ x5u: 'https://evil.example/cert' }), 'header'],
  ['x5c in the header', forger.header({ x5c: ['MIIB'] }), 'header'],
  ['x5t#S256 in the header', forger.header({ 'x5t#S256': 'AAAA' }), 'header'],
  ['crit with an unknown extension', forger.header({ crit: ['ext'], ext: 1 }), 'header'],
  ['crit empty', forger.header({ crit: [] }), 'header'],
  ['crit naming one twice', forger.header({ crit: ['exp', 'exp'] }), 'header'],
  ['crit not an array', forger.header({ crit: 'exp' }), 'header'],
  ['b64 false', forger.header({ b64: false, crit: ['b64'] }), 'header'],
  ['b64 true', forger.header({ b64: true }), 'header'],
  ['zip', forger.header({ zip: 'DEF' }), 'header'],
  [
    'cty JWT around a token of ours',
    forger.texts(json({ ...goodHeader, cty: 'JWT' }), ours),
    'header',
  ],
  ['a token of ours as the payload', payloadText(ours), 'claims'],
  [
    '__proto__ in the header',
    headerText(json(goodHeader).replace('{', '{"__proto__":{},')),
    'header',
  ],
  ['constructor in the header', forger.header({ constructor: 1 }), 'header'],
  ['alg twice', headerText(json(goodHeader).replace('{', '{"alg":"none",')), 'header'],
  [
    'alg twice, once escaped',
    headerText(json(goodHeader).replace('{', '{"\\u0061lg":"none",')),
    'header',
  ],
  ['header an array', headerText('["ES256"]'), 'header'],
  ['header null', headerText('null'), 'header'],
  ['header not JSON', headerText('ES256'), 'header'],
  ['header after a byte order mark', headerText(`\uFEFF${json(goodHeader)}`), 'header'],
  ['header with text behind it', headerText(`${json(goodHeader)}{}`), 'header'],

  // typ
  ['typ missing', forger.header({ typ: undefined }), 'header'],
  ['typ JWT', forger.header({ typ: 'JWT' }), 'header'],
  ['typ of an identity token', forger.header({ typ: 'id_token+jwt' }), 'header'],
  ['typ of a logout token', forger.header({ typ: 'logout+jwt' }), 'header'],
  ['typ of a transaction token', forger.header({ typ: 'txntoken+jwt' }), 'header'],
  ['typ dpop+jwt', forger.header({ typ: 'dpop+jwt' }), 'header'],
  ['typ with text behind it', forger.header({ typ: 'at+jwt;a=b' }), 'header'],
  ['typ an array', forger.header({ typ: ['at+jwt'] }), 'header'],

  // the form
  ['empty', '', 'malformed'],
  ['one part', ourHeader, 'malformed'],
  ['two parts', `${ourHeader}.${ourPayload}`, 'malformed'],
  ['four parts', `${ours}.AAAA`, 'malformed'],
  ['five parts, as an encrypted token', `${ourHeader}.AAAA.AAAA.AAAA.AAAA`, 'malformed'],
  ['an empty header', `.${ourPayload}.${ourSignature}`, 'malformed'],
  ['an empty payload', `${ourHeader}..${ourSignature}`, 'malformed'],
  [
    'JSON serialisation',
    json({ protected: ourHeader, payload: ourPayload, signature: ourSignature }),
    'malformed',
  ],
  ['padding behind the signature', `${ours}==`, 'malformed'],
  ['padding behind the header', forger.segments(`${ourHeader}=`, ourPayload), 'malformed'],
  ['a space before', ` ${ours}`, 'malformed'],
  ['a space behind', `${ours} `, 'malformed'],
  ['a line feed behind', `${ours}\n`, 'malformed'],
  [
    'a line feed inside',
    `${ourHeader}.${ourPayload}.${ourSignature.slice(0, 40)}\n${ourSignature.slice(40)}`,
    'malformed',
  ],
  ['a tab inside', forger.segments(`${ourHeader}\t`, ourPayload), 'malformed'],
  ['a NUL behind', `${ours}\0`, 'malformed'],
  [
    'standard base64 characters',
    forger.segments(ourHeader, `${ourPayload.slice(0, -1)}+`),
    'malformed',
  ],
  ['a percent sign', `${ours.slice(0, -3)}%41`, 'malformed'],
  ['letters that look like ours', ours.replace('e', '\u0435'), 'malformed'],
  [
    'other unused bits in the signature',
    `${ourHeader}.${ourPayload}.${respell(1, ourSignature)}`,
    'malformed',
  ],
  ['other unused bits in the payload', forger.segments(ourHeader, respell(1, padded)), 'malformed'],
  ['a character too many for base64', forger.segments(ourHeader, `${encode('abc')}A`), 'malformed'],
  ['more than 8 KiB', `${ours}${'A'.repeat(8192)}`, 'too long'],
  ['a payload of 1 MiB', payloadText(json({ ...goodClaims, x: 'x'.repeat(1 << 20) })), 'too long'],

  // the payload's text
  ['payload after a byte order mark', payloadText(`\uFEFF${raw}`), 'claims'],
  ['payload in UTF-16', payloadText(Buffer.from(raw, 'utf16le')), 'claims'],
  [
    'payload with bytes that are no UTF-8',
    payloadText(
      Buffer.concat([Buffer.from(raw.slice(0, -2)), Buffer.from([0xff]), Buffer.from('"}')]),
    ),
    'claims',
  ],
  ['payload with text behind it', payloadText(`${raw}{}`), 'claims'],
  ['payload an array', payloadText(`[${raw}]`), 'claims'],
  ['payload a string', payloadText(json(['x'])), 'claims'],
  ['payload null', payloadText('null'), 'claims'],
  ['payload cut short', payloadText(raw.slice(0, -1)), 'claims'],
  ['a very deep payload', payloadText(`${'['.repeat(2000)}${']'.repeat(2000)}`), 'claims'],
  [
    'many claims',
    payloadText(
      json({
        ...goodClaims,
        ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`c${i}`, 1])),
      }),
    ),
    'claims',
  ],
  ['aud twice', rawWith('{', '{"aud":"https://gw.example/mcp/finance",'), 'claims'],
  [
    'aud twice, once escaped',
    rawWith('{', '{"\\u0061ud":"https://gw.example/mcp/finance",'),
    'claims',
  ],
  ['exp twice', rawWith('{', `{"exp":${nowS + 9},`), 'claims'],
  ['sub twice', rawWith('{', '{"sub":"planner",'), 'claims'],
  ['__proto__ among the claims', rawWith('{', '{"__proto__":{"scope":"all"},'), 'claims'],
  ['constructor among the claims', forger.claims({ constructor: {} }), 'claims'],
  ['a lone surrogate in a claim', rawWith('AAAAAAAAAAAAAAAAAAAAAA', '\\ud800'), 'claims'],
  ['cnf with no thumbprint in it', forger.claims({ cnf: { jkt: 'x' } }), 'claims'],
  ['cnf with set unused bits', forger.claims({ cnf: { jkt: `${'A'.repeat(42)}B` } }), 'claims'],
  ['cnf empty', forger.claims({ cnf: {} }), 'claims'],
  ['cnf null', forger.claims({ cnf: null }), 'claims'],
  ['cnf by two methods', forger.claims({ cnf: { jkt, 'x5t#S256': jkt } }), 'claims'],
  ['cnf by a method of another kind', forger.claims({ cnf: { jwk: {} } }), 'claims'],
  ['txn empty', forger.claims({ txn: '' }), 'claims'],
  ['acr a list', forger.claims({ acr: ['1'] }), 'claims'],
  ['acr with a quote', forger.claims({ acr: 'a"b' }), 'claims'],
  ['auth_time a fraction', forger.claims({ auth_time: 1.5 }), 'claims'],
  ['a claim that narrows: act', forger.claims({ act: { sub: 'x' } }), 'claims'],
  [
    'a claim that narrows: authorization_details',
    forger.claims({ authorization_details: [] }),
    'claims',
  ],

  // exp
  ['exp missing', forger.claims({ exp: undefined }), 'claims'],
  ['exp null', forger.claims({ exp: null }), 'claims'],
  ['exp a string', forger.claims({ exp: `${nowS + 300}` }), 'claims'],
  ['exp a float', rawWith(`${nowS + 300}`, `${nowS + 300}.5`), 'claims'],
  ['exp 1e999', rawWith(`${nowS + 300}`, '1e999'), 'claims'],
  ['exp beyond the integers of a double', rawWith(`${nowS + 300}`, '9007199254740993'), 'claims'],
  ['exp 2^40', forger.claims({ exp: 2 ** 40 }), 'claims'],
  ['exp negative', forger.claims({ exp: -1 }), 'claims'],
  ['exp zero', forger.claims({ exp: 0 }), 'claims'],
  ['exp true', forger.claims({ exp: true }), 'claims'],
  ['exp past', forger.claims({ iat: nowS - 600, exp: nowS - 300 }), 'expired'],
  ['exp now', forger.claims({ iat: nowS - 300, exp: nowS }), 'expired'],
  ['exp before iat', forger.claims({ iat: nowS + 20, exp: nowS + 10 }), 'claims'],
  ['exp a hundred years from now', forger.claims({ exp: nowS + 3_153_600_000 }), 'too old'],
  ['exp an hour and a second after iat', forger.claims({ exp: nowS + 3601 }), 'too old'],

  // iat and nbf
  ['iat missing', forger.claims({ iat: undefined }), 'claims'],
  ['iat a string', forger.claims({ iat: `${nowS}` }), 'claims'],
  ['iat a float', rawWith(`"iat":${nowS}`, `"iat":${nowS}.5`), 'claims'],
  ['iat negative', forger.claims({ iat: -1 }), 'claims'],
  ['iat in milliseconds', forger.claims({ iat: startMs, exp: startMs + 300 }), 'claims'],
  ['iat 31 seconds ahead', forger.claims({ iat: nowS + 31 }), 'not yet'],
  ['iat a day ahead', forger.claims({ iat: nowS + 86_400, exp: nowS + 86_700 }), 'not yet'],
  ['nbf ahead', forger.claims({ nbf: nowS + 100 }), 'claims'],
  ['nbf past, which we never write', forger.claims({ nbf: nowS - 100 }), 'claims'],

  // aud
  ['aud missing', forger.claims({ aud: undefined }), 'claims'],
  ['aud empty', forger.claims({ aud: '' }), 'claims'],
  ['aud an array of ours alone', forger.claims({ aud: [goodClaims.aud] }), 'claims'],
  [
    'aud an array with a foreign one',
    forger.claims({ aud: [goodClaims.aud, 'https://evil.example'] }),
    'claims',
  ],
  ['aud nested', forger.claims({ aud: [[goodClaims.aud]] }), 'claims'],
  ['aud an empty array', forger.claims({ aud: [] }), 'claims'],
  ['aud with a trailing slash', forger.claims({ aud: `${goodClaims.aud}/` }), 'audience'],
  ['aud in another case', forger.claims({ aud: 'https://gw.example/MCP/ops' }), 'audience'],
  [
    'aud with the host in another case',
    forger.claims({ aud: 'https://GW.example/mcp/ops' }),
    'audience',
  ],
  [
    'aud with the default port',
    forger.claims({ aud: 'https://gw.example:443/mcp/ops' }),
    'audience',
  ],
  ['aud with another port', forger.claims({ aud: 'https://gw.example:8443/mcp/ops' }), 'audience'],
  ['aud with another scheme', forger.claims({ aud: 'http://gw.example/mcp/ops' }), 'audience'],
  [
    'aud with another host',
    forger.claims({ aud: 'https://gw.example.evil.example/mcp/ops' }),
    'audience',
  ],
  ['aud of another plane', forger.claims({ aud: 'https://gw.example/mcp/finance' }), 'audience'],
  [
    'aud that only begins like the plane',
    forger.claims({ aud: 'https://gw.example/mcp/ops-evil' }),
    'audience',
  ],
  [
    'aud with dots in its path',
    forger.claims({ aud: 'https://gw.example/mcp/finance/../ops' }),
    'audience',
  ],
  ['aud with a query', forger.claims({ aud: `${goodClaims.aud}?a` }), 'audience'],
  ['aud with a fragment', forger.claims({ aud: `${goodClaims.aud}#a` }), 'audience'],
  ['aud with NUL behind it', forger.claims({ aud: `${goodClaims.aud}\0` }), 'audience'],
  ['aud the issuer', forger.claims({ aud: goodClaims.iss }), 'audience'],

  // iss
  ['iss missing', forger.claims({ iss: undefined }), 'claims'],
  ['iss an array', forger.claims({ iss: [goodClaims.iss] }), 'claims'],
  ['iss empty', forger.claims({ iss: '' }), 'claims'],
  ['iss with a trailing slash', forger.claims({ iss: `${goodClaims.iss}/` }), 'issuer'],
  ['iss in another case', forger.claims({ iss: 'https://gw.example/oauth/OPS' }), 'issuer'],
  [
    'iss with the default port',
    forger.claims({ iss: 'https://gw.example:443/oauth/ops' }),
    'issuer',
  ],
  [
    'iss with a letter that looks like ours',
    forger.claims({ iss: 'https://gw.example/oauth/\u043Eps' }),
    'issuer',
  ],
  ['iss of another plane', forger.claims({ iss: 'https://gw.example/oauth/finance' }), 'issuer'],
  ['iss of a stranger', forger.claims({ iss: 'https://evil.example' }), 'issuer'],

  // sub, client_id, jti, scope
  ['sub missing', forger.claims({ sub: undefined }), 'claims'],
  ['sub empty', forger.claims({ sub: '' }), 'claims'],
  ['sub another agent than client_id', forger.claims({ sub: 'lone' }), 'claims'],
  ['sub the whole client id', forger.claims({ sub: 'planner@workplace-ai' }), 'claims'],
  ['sub an array', forger.claims({ sub: ['planner'] }), 'claims'],
  ['client_id missing', forger.claims({ client_id: undefined }), 'claims'],
  ['client_id of the short form', forger.claims({ client_id: 'planner' }), 'claims'],
  [
    'client_id with two consumers',
    forger.claims({ client_id: 'planner@workplace-ai@soc' }),
    'claims',
  ],
  ['client_id in another case', forger.claims({ client_id: 'Planner@workplace-ai' }), 'claims'],
  [
    'client_id with a consumer that the agent does not act for',
    forger.claims({ client_id: 'planner@soc' }),
    'unknown client',
  ],
  [
    'client_id of an agent that does not exist',
    forger.claims({ sub: 'nobody', client_id: 'nobody@workplace-ai' }),
    'unknown client',
  ],
  [
    'client_id __proto__',
    forger.claims({ sub: '__proto__', client_id: '__proto__@workplace-ai' }),
    'claims',
  ],

  // act
  ['sub a user, and no act', forger.claims({ sub: 'alice@example.com' }), 'claims'],
  ['act another agent', onBehalf({ act: { sub: 'lone' } }), 'claims'],
  ['act the whole client id', onBehalf({ act: { sub: 'planner@workplace-ai' } }), 'claims'],
  ['act in another case', onBehalf({ act: { sub: 'Planner' } }), 'claims'],
  ['act five deep', onBehalf({ act: chain(5) }), 'claims'],
  ['act a hundred deep', onBehalf({ act: chain(100) }), 'claims'],
  [
    'act within act, no name',
    onBehalf({ act: { sub: 'planner', act: { sub: 'Lone' } } }),
    'claims',
  ],
  ['act within act, empty', onBehalf({ act: { sub: 'planner', act: {} } }), 'claims'],
  [
    'act within act, with more',
    onBehalf({ act: { sub: 'planner', act: { sub: 'lone', iss: 'https://evil.example' } } }),
    'claims',
  ],
  [
    'act with an issuer',
    onBehalf({ act: { sub: 'planner', iss: 'https://evil.example' } }),
    'claims',
  ],
  ['act empty', onBehalf({ act: {} }), 'claims'],
  ['act null', onBehalf({ act: null }), 'claims'],
  ['act a string', onBehalf({ act: 'planner' }), 'claims'],
  ['act an array', onBehalf({ act: [{ sub: 'planner' }] }), 'claims'],
  ['act an array with a member sub', onBehalf({ act: { sub: ['planner'] } }), 'claims'],
  ['act with __proto__', payloadText(behalf.replace('{"sub"', '{"__proto__":{},"sub"')), 'claims'],
  ['act twice', payloadText(behalf.replace('{', '{"act":{"sub":"lone"},')), 'claims'],
  ['act.sub twice', payloadText(behalf.replace('{"sub"', '{"sub":"lone","sub"')), 'claims'],
  ['may_act', onBehalf({ may_act: { sub: 'planner' } }), 'claims'],
  ['the agent as sub, and the user as act', forger.claims({ act: { sub: 'alice' } }), 'claims'],
  ['a user who is missing', onBehalf({ sub: undefined }), 'claims'],
  ['a user of no letters', onBehalf({ sub: '' }), 'claims'],
  ['a user who is a number', onBehalf({ sub: 7 }), 'claims'],
  ['a user who is an array', onBehalf({ sub: ['alice'] }), 'claims'],
  ['a user with a space before', onBehalf({ sub: ' alice' }), 'claims'],
  ['a user with a space behind', onBehalf({ sub: 'alice ' }), 'claims'],
  ['a user with a line feed', onBehalf({ sub: 'alice\nbob' }), 'claims'],
  ['a user with a line feed behind', onBehalf({ sub: 'alice\n' }), 'claims'],
  ['a user with NUL behind', onBehalf({ sub: 'alice\0' }), 'claims'],
  ['a user with DEL', onBehalf({ sub: 'alice\x7f' }), 'claims'],
  ['a user with a letter that looks like ours', onBehalf({ sub: '\u0430lice' }), 'claims'],
  ['a user with a zero-width space', onBehalf({ sub: 'ali\u200bce' }), 'claims'],
  ['a user of 256 characters', onBehalf({ sub: 'a'.repeat(256) }), 'claims'],

  ['jti missing', forger.claims({ jti: undefined }), 'claims'],
  ['jti empty', forger.claims({ jti: '' }), 'claims'],
  ['jti a number', forger.claims({ jti: 1 }), 'claims'],
  ['scope empty', forger.claims({ scope: '' }), 'claims'],
  ['scope an array', forger.claims({ scope: ['a'] }), 'claims'],
  ['scope with two spaces', forger.claims({ scope: 'a  b' }), 'claims'],
  ['scope with a quote', forger.claims({ scope: 'a"b' }), 'claims'],
  ['scope with a line feed', forger.claims({ scope: 'a\nb' }), 'claims'],
]

describe('the verifier refuses, and knows why,', () => {
  for (const [name, token, problem] of rows) {
    test(name, () => assert.equal(world.verify(token), problem))
  }

  test('a good token of another plane', async () => {
    const foreign = await world.mint([], planner, finance)
    assert.equal(world.verify(foreign), 'unknown key')
    assert.equal(typeof world.verify(foreign, finance), 'object')
    // It is remembered for its own plane now, and for no other.
    assert.equal(world.verify(foreign), 'unknown key')
  })

  test("a token that another plane's key signed in this plane's name", () => {
    const { key, kid: foreignKid } = theirs
    const header = encode(json({ ...goodHeader, kid: foreignKid }))
    assert.equal(world.verify(signSegments(key, header, encode(raw))), 'unknown key')
    const underOurs = encode(json(goodHeader))
    assert.equal(world.verify(signSegments(key, underOurs, encode(raw))), 'signature')
  })
})

describe('the verifier takes', () => {
  const takes = (name: string, token: (forger: Forger) => string) =>
    test(name, () => assert.equal(typeof world.verify(token(forger)), 'object'))

  takes('what every row above was made from', () => forger.claims({}))
  takes('exp one second ahead', () => forger.claims({ iat: nowS - 299, exp: nowS + 1 }))
  takes('iat thirty seconds ahead', () => forger.claims({ iat: nowS + 30 }))
  takes('a life of an hour', () => forger.claims({ exp: nowS + 3600 }))
  takes('typ in another case', () => forger.header({ typ: 'AT+JWT' }))
  takes('typ with its whole media type', () => forger.header({ typ: 'application/at+jwt' }))
  takes('claims in another order', () =>
    payloadText(json(Object.fromEntries(Object.entries(goodClaims).reverse()))),
  )
  const userOf = (sub: string) => {
    const token = world.verify(onBehalf({ sub }))
    return typeof token === 'object' ? { agent: token.agent, user: token.user } : token
  }
  test('no act, and then there is no user', () => {
    const token = world.verify(forger.claims({}))
    assert.equal(typeof token === 'object' && token.user, undefined)
  })
  for (const [what, sub] of [
    ['an address', 'alice@example.com'],
    ['an address with a capital, which is another user', 'Alice@example.com'],
    ['a path', '../../bob'],
    ['a slash and a percent sign', 'a/b%2fc'],
    ['the words of a statement', "' or '1'='1"],
    ['markup', '<img src=x onerror=alert(1)>'],
    ['quotes and a backslash', '"\\"\''],
    ['a name that begins with a dash', '--url'],
    ['__proto__', '__proto__'],
    ['a name with spaces', 'CN=Alice Smith,OU=Staff'],
    ['the name of the agent', 'planner'],
    ['255 characters', 'a'.repeat(255)],
  ] as const)
    test(`as a user ${what}`, () => {
      assert.deepEqual(userOf(sub), { agent: 'planner', user: sub })
    })

  test('agents in between, the nearest first, as many as four in all', () => {
    const token = world.verify(onBehalf({ act: chain(4) }))
    assert.deepEqual(typeof token === 'object' && token.through, ['lone', 'lone', 'lone'])
  })
  test('a run, a key to prove, and how and when the person signed in', () => {
    const claims = { txn: 'run-1', cnf: { jkt }, acr: 'urn:mfa', auth_time: nowS - 60 }
    const token = world.verify(forger.claims(claims))
    assert(typeof token === 'object')
    assert.deepEqual(
      [token.run, token.binding, token.acr, token.signedInAt],
      ['run-1', { method: 'dpop', thumbprint: jkt }, 'urn:mfa', (nowS - 60) * 1000],
    )
  })
  takes('aud of one server', () => forger.claims({ aud: `${goodClaims.aud}/calendar` }))
})
