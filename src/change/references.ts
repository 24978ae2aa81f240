import type { Kind } from '#domain/documents.ts'
import { matchPath, type Path, valueAt } from './path.ts'
import { isName } from './plan.ts'

export type Named = Exclude<Kind, 'Plane'>

export interface Reference {
  readonly path: Path
  readonly kind: Named
  readonly name: string
}

/** Where documents name others of their plane; `*` stands for every member. */
const selected = (member: string) =>
  [
    ['Server', [member, '*', 'server']],
    ['Server', [member, '*', 'server', '*']],
    ['API', [member, '*', 'api']],
    ['API', [member, '*', 'api', '*']],
  ] as const

const referencePaths: Readonly<Record<Kind, readonly (readonly [Named, readonly string[]])[]>> = {
  Plane: [
    ['Server', ['registry', 'public', '*']],
    ['Agent', ['signIn', 'clients', 'agent']],
    ['Consumer', ['signIn', 'clients', 'consumer']],
  ],
  Team: [],
  RoleBinding: [
    ['Team', ['team']],
    ['Team', ['over', 'team']],
    ['Server', ['over', 'server']],
    ['API', ['over', 'api']],
  ],
  Server: [['Credential', ['credential', 'name']]],
  API: [['Credential', ['credential', 'name']]],
  Consumer: [],
  Agent: [
    ['Consumer', ['consumers', '*']],
    ['Issuer', ['authenticate', 'issuer']],
    ['Team', ['signIn', 'teams', '*']],
  ],
  AgentGroup: [['Agent', ['agents', '*']]],
  Grant: [
    ['Agent', ['agent']],
    ['AgentGroup', ['group']],
    ['Consumer', ['consumer']],
    ...selected('allow'),
  ],
  Rule: [['Consumer', ['consumers', '*']], ...selected('over')],
  Quota: selected('over'),
  Credential: [],
  Issuer: [
    ['Agent', ['accessTokens', 'agent', 'is']],
    ['Agent', ['accessTokens', 'agent', 'names', '*']],
    ['Consumer', ['accessTokens', 'consumer', 'is']],
    ['Consumer', ['accessTokens', 'consumer', 'names', '*']],
    ['Credential', ['signIn', 'client', 'credential']],
    ['Team', ['signIn', 'teams', '*', 'team']],
  ],
  PolicyTest: [
    ['Agent', ['agents', '*']],
    ['AgentGroup', ['group']],
    ['Consumer', ['consumers', '*']],
    ...selected('over'),
  ],
}

/** Every name in a document, one with problems too, that has to be one of another document of its plane. */
export function referencesOf(kind: Kind, value: object): Reference[] {
  return referencePaths[kind].flatMap(([named, pattern]) =>
    matchPath(value, pattern, []).flatMap((path) => {
      const name = valueAt(value, path)
      return isName(name) ? [{ path, kind: named, name }] : []
    }),
  )
}
