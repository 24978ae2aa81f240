import type {
  ErrorOut,
  errors as Errors,
  KoaContextWithOIDC,
  interactionPolicy as Policies,
  Provider,
} from 'oidc-provider'
import { createAttempts } from '../organisation/attempts.ts'
import { createLogout, type LogoutParts } from '../organisation/logout.ts'
import { createWays, type WaysParts } from '../organisation/ways.ts'
import { issuerOf } from '../resources.ts'
import { type AdapterParts, createAdapter } from './adapter.ts'
import { type AnswerParts, createAnswer } from './answer.ts'
import { type AskedParts, createAsked } from './asked.ts'
import { asMetadata } from './clients.ts'
import { signInConfiguration } from './configuration.ts'
import { createHeld, type HeldParts } from './held.ts'
import { documentOf, safely, sendPage, sendScript } from './page.ts'
import { problemPage } from './pages.ts'
import { createVisit, type Request, type VisitParts } from './visit.ts'

export type SignInParts = Omit<AskedParts, 'errors'> &
  Omit<VisitParts, 'errors' | 'provider' | 'ways' | 'attempts'> &
  Omit<WaysParts, 'attempts'> &
  LogoutParts &
  Omit<AnswerParts, 'issued' | 'errors'> &
  Pick<AdapterParts, 'gone'>

/**
 * What one plane's oidc-provider needs so that people sign in: its configuration, its storage, who is
 * a client, and the pages. The library decides the protocol; who may, and what tokens say, is ours.
 */
export const createSignIn = (
  parts: SignInParts & Pick<AnswerParts, 'issued'> & Pick<HeldParts, 'bindingOf'>,
  library: {
    errors: typeof Errors
    interactionPolicy: typeof Policies
    /** The request that it is answering. */
    asking(): KoaContextWithOIDC | undefined
  },
) => {
  const { origin, plane, clients, view, clock } = parts
  const { errors, interactionPolicy: policy } = library
  const issuer = issuerOf(origin, plane)
  const isSecure = origin.startsWith('https:')
  const asked = createAsked({ ...parts, errors })
  const answer = createAnswer({ ...parts, errors })
  /** Outside of the library's own handling of errors. */
  const refuse = (ctx: Pick<KoaContextWithOIDC, 'status' | 'body'>, thrown: unknown): void => {
    if (!(thrown instanceof errors.OIDCProviderError)) throw thrown
    ctx.status = thrown.statusCode
    ctx.body = { error: thrown.error, error_description: thrown.error_description }
  }

  return {
    configuration: signInConfiguration({
      ...{ plane, asked, policy, isSecure },
      nowS: () => Math.floor(clock.now() / 1000),
    }),
    adapter: createAdapter({
      ...{ rows: parts.rows, issuer, clock },
      gone: parts.gone,
      check: createHeld({ ...parts, errors, asking: library.asking }),
      usedBefore: () => new errors.InvalidGrant('it was used already'),
    }),
    /** What makes a client one that people sign in for, where it is: `isPublic` where it has no secret here. */
    async metadataOf(id: string) {
      const client = await clients.find(plane, id)
      if (!client) return undefined
      const agent = client.from === 'document' ? view.findClient(plane, client.client) : undefined
      return asMetadata(client, agent?.authenticate === undefined)
    },
    /** Answers `/authorize`, what follows it, and the pages; false for any other path below the issuer. */
    mount(provider: Provider) {
      // Its addresses are the configured ones, whatever a request's head says (`speakAs`).
      provider.proxy = true
      provider.use(async (ctx, next) => {
        await next()
        const { oidc } = ctx as KoaContextWithOIDC
        if (oidc?.route === 'token' && oidc.entities.AccessToken && ctx.status === 200)
          await answer(ctx as KoaContextWithOIDC).catch((thrown) => refuse(ctx, thrown))
      })
      const attempts = createAttempts({ ...parts, isSecure })
      const ways = createWays({ ...parts, attempts })
      const logout = createLogout(parts)
      const visit = createVisit({ ...parts, provider, errors, ways, attempts })
      const library = provider.callback()

      return async (about: Request, path: string): Promise<boolean> => {
        const { request, response } = about
        speakAs(request, origin)
        const [, uid, way] = pagePattern.exec(path) ?? []
        if (uid !== undefined) {
          await visit(about, uid, way)
          return true
        }
        const [, leaving] = logoutPattern.exec(path) ?? []
        if (leaving !== undefined) return logout(request, response, leaving, about.address)
        const [, organisation] = backPattern.exec(path) ?? []
        if (organisation !== undefined) {
          if (request.method !== 'GET') sendPage(response, onlyGet)
          else await ways.back(request, response, organisation)
          return true
        }
        if (path === '/passkey.js') {
          sendScript(response)
          return true
        }
        if (!authorizePattern.test(path)) return false
        if (request.method !== 'GET') {
          sendPage(response, onlyGet)
          return true
        }
        const query = queryOf(request.url ?? '', path === '/authorize')
        if (query === undefined) {
          sendPage(response, problemPage(400, wrong, 'response_mode must be query.'))
          return true
        }
        for (const [name, value] of Object.entries(safely())) response.setHeader(name, value)
        const url = `${path}${query}`
        Object.assign(request, { originalUrl: `/oauth/${plane}${url}`, url })
        await library(request, response)
        return true
      }
    },
  }
}

const id = '([A-Za-z0-9_-]{16,64})'
const name = '([a-z][a-z0-9-]{0,23})'
const pagePattern = new RegExp(`^/sign-in/${id}(?:/with/${name})?$`)
const backPattern = new RegExp(`^/back/${name}$`)
const logoutPattern = new RegExp(`^/back/${name}/logout$`)
const onlyGet = problemPage(405, 'Nothing was done', 'Sign-ins begin with a GET.')
const authorizePattern = new RegExp(`^/authorize(?:/${id})?$`)
const wrong = 'The program asked in a wrong way'

/** The library makes addresses from the head of a request: it finds ours there, and nobody else's. */
const speakAs = (request: Request['request'], origin: string): void => {
  const { host, protocol } = new URL(origin)
  request.headers.host = host
  request.headers['x-forwarded-host'] = host
  request.headers['x-forwarded-proto'] = protocol.slice(0, -1)
}

/**
 * The query, with the scope that marks for the library that something is asked for; undefined where
 * the answer is wanted otherwise than in the query of the redirect.
 */
const queryOf = (url: string, isBeginning: boolean): string | undefined => {
  const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '')
  if (!isBeginning) return ''
  if (query.getAll('response_mode').some((mode) => mode !== 'query')) return undefined
  const [scope, ...others] = query.getAll('scope')
  if (others.length === 0) query.set('scope', ['openid', ...(scope ? [scope] : [])].join(' '))
  return `?${query}`
}

/** What the library cannot send back to the program, because it does not know where to. */
export const renderError = (ctx: KoaContextWithOIDC, out: ErrorOut): void => {
  const sentence = out.error_description ?? out.error
  const page = problemPage(ctx.status, wrong, `${sentence}. Nothing was sent anywhere.`)
  ctx.set(safely())
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = documentOf(page)
}
