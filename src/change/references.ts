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
const referencePaths: Readonly<Record<Kind, readonly (readonly [Named, readonly string[]])[]>> = {
  Plane: [],
  Team: [],
  RoleBinding: [
    ['Team', ['team']],
    ['Team', ['over', 'team']],
    ['Server', ['over', 'server']],
  ],
  Server: [['Credential', ['credential', 'name']]],
  Consumer: [],
  Agent: [['Consumer', ['consumers', '*']]],
  Grant: [
    ['Agent', ['agent']],
    ['Consumer', ['consumer']],
    ['Server', ['allow', '*', 'server']],
    ['Server', ['allow', '*', 'server', '*']],
  ],
  Quota: [
    ['Server', ['over', '*', 'server']],
    ['Server', ['over', '*', 'server', '*']],
  ],
  Credential: [],
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
