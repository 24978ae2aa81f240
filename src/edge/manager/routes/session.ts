import { z } from 'zod'
import { person } from '#domain/fields.ts'
import { type Binding, isHeldBy } from '#domain/roles.ts'
import { clearedPasskeysCookie } from '#identity/manager/passkeys-cookie.ts'
import { Fault } from '#lib/fault.ts'
import { bindingsIn } from '#people/bindings.ts'
import type { Session } from '#people/people.ts'
import { me, session, token } from '../answers.ts'
import { type Asked, route } from '../route.ts'
import { checkSameOrigin, clearedCookie, sessionCookie } from '../session-cookie.ts'
import { Wait } from '../wait.ts'

const secret = z.string().min(1).max(4096)
const label = z
  .string()
  .regex(/^[\p{L}\p{N}\p{P} ]{1,80}$/u, 'must be up to 80 letters, digits and signs')
  .default('unnamed')
  .describe('What the token is for, in your words.')

const inCookie = z
  .boolean()
  .default(false)
  .describe(
    'Whether the token is kept in a cookie that no script reads, and not answered: for browsers.',
  )

const signInForm = z.strictObject({ name: person, password: secret, label, cookie: inCookie })
const setupForm = signInForm.extend({ code: z.string().min(1).max(64) })

export const sessionRoutes = [
  route(
    'GET',
    '/setup',
    {
      needs: 'nobody',
      says: 'Whether the first administrator has still to be made.',
      answer: z.strictObject({ needed: z.boolean() }),
    },
    async ({ people }) => ({ needed: await people.setup.open() }),
  ),
  route(
    'POST',
    '/setup',
    {
      needs: 'nobody',
      says: 'Makes the first administrator with the code of the first start, and signs them in.',
      body: setupForm,
      answer: session,
      status: 201,
    },
    async (asked) => {
      const { cookie, ...form } = asked.body
      if (cookie) checkSameOrigin(asked.head, asked.desk.installation.origin)
      const answer = await asked.people.setup.finish({ ...form, address: asked.address })
      if ('session' in answer) return sessionAnswer(asked, answer.session, cookie)
      if (answer.refused === 'over') throw setupIsOver()
      if (answer.refused === 'limited') throw new Wait(answer.waitMs)
      throw new Fault('setup_code', {
        detail:
          answer.refused === 'old code'
            ? 'This setup code is older than 30 minutes.'
            : 'This is not the newest setup code.',
        fix: 'bailiwick setup-code',
      })
    },
  ),
  route(
    'POST',
    '/session',
    {
      needs: 'nobody',
      says: 'Signs a person in; the token is good for 12 hours.',
      body: signInForm,
      answer: session,
      status: 201,
    },
    async (asked) => {
      const { cookie, ...form } = asked.body
      if (cookie) checkSameOrigin(asked.head, asked.desk.installation.origin)
      const answer = await asked.people.signIn({ ...form, address: asked.address })
      if ('session' in answer) return sessionAnswer(asked, answer.session, cookie)
      if (answer.refused === 'limited') throw new Wait(answer.waitMs)
      throw new Fault('bad_sign_in')
    },
  ),
  route(
    'GET',
    '/session',
    { needs: 'signed in', says: 'Who you are, and the roles that you hold.', answer: me },
    async (asked) => {
      const { access, people, token } = asked
      const person = await people.find(access.person.name)
      if (!person) throw new Fault('bad_token')
      return { person, token, planes: planesOf(asked) }
    },
  ),
  route(
    'DELETE',
    '/session',
    { needs: 'signed in', says: 'Ends the token that is shown.', answer: undefined },
    (asked) => {
      const { people, access, desk, token } = asked
      const { origin } = desk.installation
      // Who leaves has left the page of passkeys as well, where they may have signed in minutes ago.
      asked.tell(204, { 'set-cookie': [clearedCookie(origin), clearedPasskeysCookie(origin)] })
      return ended(people.revoke(access.person.name, token.id, desk.by))
    },
  ),
  route(
    'PUT',
    '/session/password',
    {
      needs: 'signed in',
      says: 'Changes your password and ends your other tokens.',
      body: z.strictObject({ old: secret, password: secret }),
      answer: undefined,
    },
    async ({ people, access, body, address, token }) => {
      const { name } = access.person
      const about = { name, old: body.old, fresh: body.password, address, keep: token.id }
      const answer = await people.changePassword(about)
      if (answer === 'changed') return undefined
      if ('refused' in answer && answer.refused === 'limited') throw new Wait(answer.waitMs)
      throw new Fault('not_permitted', { detail: 'The old password is another one.' })
    },
  ),
  route(
    'GET',
    '/session/tokens',
    {
      needs: 'signed in',
      says: 'Your tokens that are good, never the tokens themselves.',
      answer: z.strictObject({ items: z.array(token) }),
    },
    async ({ people, access }) => ({ items: await people.tokens(access.person.name) }),
  ),
  route(
    'DELETE',
    '/session/tokens/{token}',
    { needs: 'signed in', says: 'Ends one of your tokens.', answer: undefined },
    ({ people, access, desk, path }) =>
      ended(people.revoke(access.person.name, path.token, desk.by)),
  ),
] as const

const setupIsOver = (): Fault =>
  new Fault('unknown_name', {
    detail: 'This installation is set up.',
    fix: 'bailiwick login',
  })

/** What goes into the cookie stands nowhere else: a page's scripts never hold it. */
const sessionAnswer = (
  { desk, tell }: Asked<unknown, unknown, unknown>,
  { token, id, person, endsAt }: Session,
  cookie: boolean,
) => {
  if (!cookie) return { token, id, person, endsAt }
  const { origin } = desk.installation
  tell(201, { 'set-cookie': sessionCookie(origin, { token, endsAt }, desk.clock.now()) })
  return { id, person, endsAt }
}

const ended = async (done: Promise<void>): Promise<undefined> => {
  await done
  return undefined
}

const planesOf = ({ access, desk }: Asked) => {
  const { planes } = desk.installation.change.current()
  return access.planes('planes.read').map((plane) => {
    const policy = planes.get(plane)
    const held = (policy ? bindingsIn(policy) : []).filter(
      (one) =>
        isHeldBy(one, access.person) && (one.endsAt === undefined || desk.clock.now() < one.endsAt),
    )
    return { plane, roles: held.map(roleOf) }
  })
}

const roleOf = ({ role, over, endsAt }: Binding) => ({
  role,
  ...(over && { over }),
  ...(endsAt !== undefined && { endsAt }),
})
