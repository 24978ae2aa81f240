import type { integrity as english } from '../en/integrity.ts'

export const integrity: Record<keyof typeof english, string> = {
  'integrity.title': 'Bütünlük',
}
