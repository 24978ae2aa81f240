import { permissions, planeRoles, roleTable } from '../src/domain/roles.ts'
import { routes } from '../src/edge/manager/routes.ts'

/** The routes, below the prose of `docs/api.md`: by subject, each with what it needs. */
export function routesReference(): string {
  const rows = routes
    .filter(({ status }) => status !== 501)
    .map(({ method, path, needs, says }) => [`\`${method} ${path}\``, needs, says])
  const unbuilt = routes.filter(({ status }) => status === 501).map(({ path }) => path)
  const kinds = [...new Set(unbuilt.map((path) => path.split('/')[3]))]
  return `${table(['route', 'needs', 'what it does'], rows)}

Not built in this version, and answered by name with 501 once the permission is given: ${kinds.map((kind) => `\`${kind}\``).join(', ')}.`
}

/** Which role gives which permission: \`over\` what it is held over, or in the whole plane. */
export function rolesReference(): string {
  const roles = planeRoles.map((role) => [`\`${role}\``, roleTable[role].says])
  const rows = permissions.map((permission) => [
    `\`${permission}\``,
    ...planeRoles.map((role) => {
      const { inPlane, over } = roleTable[role]
      return inPlane.includes(permission) ? 'plane' : over.includes(permission) ? 'over' : ''
    }),
  ])
  return `${table(['role', 'what it is for'], roles)}

${table(['permission', ...planeRoles], rows)}`
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
