import { z } from 'zod'
import { Fault } from '#lib/fault.ts'
import { account, listedAccount, pageOf, pageQuery, passkey, token } from '../answers.ts'
import { pageOfNamed } from '../page.ts'
import { route } from '../route.ts'

const personForm = z.strictObject({
  title: z
    .string()
    .regex(/^[^\p{Cc}]{1,200}$/u, 'must not contain control characters')
    .optional()
    .describe('For people.'),
  administrator: z.boolean().describe('Of the whole installation.'),
  password: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('A new one; it ends the tokens. Left out, it stays as it is.'),
})

export const peopleRoutes = [
  route(
    'GET',
    '/people',
    {
      needs: 'people.read',
      says: 'The accounts of people, by name.',
      query: pageQuery,
      answer: pageOf(listedAccount),
    },
    async ({ people, query }) => pageOfNamed(await people.list(), (one) => one.name, query),
  ),
  route(
    'GET',
    '/people/{person}',
    { needs: 'people.read', says: 'One account.', answer: account },
    async ({ people, path }) => {
      const found = await people.find(path.person)
      if (!found) throw unknownPerson(path.person)
      return found
    },
  ),
  route(
    'PUT',
    '/people/{person}',
    {
      needs: 'people.write',
      says: 'Makes an account or changes it; the last administrator stays one.',
      body: personForm,
      answer: account,
    },
    async ({ people, path, body, desk, tell }) => {
      const made = await people.put({
        name: path.person,
        title: body.title,
        administrator: body.administrator,
        password: body.password,
        by: desk.by,
      })
      if (made.isNew) tell(201, { location: `/api/v1/people/${path.person}` })
      return made.account
    },
  ),
  route(
    'DELETE',
    '/people/{person}',
    {
      needs: 'people.write',
      says: 'Removes an account with its tokens; roles that name it say nothing from then on.',
      answer: undefined,
    },
    async ({ people, path, desk }) => {
      await people.remove(path.person, desk.by)
      return undefined
    },
  ),
  route(
    'GET',
    '/people/{person}/tokens',
    {
      needs: 'people.read',
      says: "A person's tokens that are good.",
      answer: z.strictObject({ items: z.array(token) }),
    },
    async ({ people, path }) => {
      if (!(await people.find(path.person))) throw unknownPerson(path.person)
      return { items: await people.tokens(path.person) }
    },
  ),
  route(
    'DELETE',
    '/people/{person}/tokens/{token}',
    { needs: 'people.write', says: "Ends one of a person's tokens.", answer: undefined },
    async ({ people, path, desk }) => {
      await people.revoke(path.person, path.token, desk.by)
      return undefined
    },
  ),
  route(
    'GET',
    '/people/{person}/passkeys',
    {
      needs: 'people.read',
      says: 'What a person signs in with beside a password, oldest first; never a key.',
      answer: z.strictObject({ items: z.array(passkey) }),
    },
    async ({ people, path }) => ({
      items: [...(await people.passkeys.standing(path.person)).passkeys],
    }),
  ),
  route(
    'DELETE',
    '/people/{person}/passkeys/{passkey}',
    {
      needs: 'people.write',
      says: "Takes one of a person's passkeys away and ends what they are signed in to; the last thing that they can sign in with stays.",
      answer: undefined,
    },
    async ({ people, path, desk }) => {
      await people.passkeys.remove(path.person, path.passkey, desk.by)
      return undefined
    },
  ),
] as const

const unknownPerson = (name: string): Fault =>
  new Fault('unknown_name', { detail: `There is no person "${name}".` })
