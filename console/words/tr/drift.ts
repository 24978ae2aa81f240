import type { drift as english } from '../en/drift.ts'

export const drift: Record<keyof typeof english, string> = {
  'drift.title': 'Değişen tanımlar',
}
