import { z } from 'zod'
import { namePattern } from '#domain/name.ts'
import { route } from '../route.ts'
import { checkSameOrigin } from '../session-cookie.ts'

/** How people sign in to the console who do so at the Manager's issuer: by passkey, or by their organisation. */
export const wayRoutes = [
  route(
    'GET',
    '/session/ways',
    {
      needs: 'nobody',
      says: 'How people sign in to the console, beside name and password.',
      answer: z.strictObject({
        passkey: z.boolean().describe('Whether somebody here has a passkey.'),
        organisations: z.array(
          z.strictObject({ name: z.string(), title: z.string().describe('As people read it.') }),
        ),
      }),
    },
    async ({ desk }) => {
      const { passkey, organisations } = await desk.installation.identity.console.ways()
      return { passkey, organisations: [...organisations] }
    },
  ),
  route(
    'POST',
    '/session/begin',
    {
      needs: 'nobody',
      says: 'Begins a sign-in at the Manager’s issuer, for a page of ours: it comes back to `/m/back`, which keeps the token in a cookie.',
      body: z.strictObject({
        way: z
          .string()
          .regex(namePattern, 'must be the name of an organisation')
          .optional()
          .describe('The organisation to go on to; without it the page there asks.'),
        to: z
          .string()
          .max(8192)
          .optional()
          .describe('The page of the console to go on to then; what is none is dropped.'),
      }),
      answer: z.strictObject({ location: z.string().describe('Where the browser goes on.') }),
    },
    ({ body, head, desk, tell }) => {
      const { origin, identity } = desk.installation
      checkSameOrigin(head, origin)
      const { location, cookie } = identity.console.begin({ to: body.to, way: body.way })
      tell(200, { 'set-cookie': cookie })
      return { location }
    },
  ),
] as const
