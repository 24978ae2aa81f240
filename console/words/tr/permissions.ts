import type { permissions as english } from '../en/permissions.ts'

export const permissions: Record<keyof typeof english, string> = {
  'permissions.title': 'Yetkiler',
  'permissions.matrix': 'Matris',
  'permissions.grants': 'Verilen yetkiler',
  'permissions.limits': 'Sınırlar',
  'permissions.tests': 'Sınamalar',
}
