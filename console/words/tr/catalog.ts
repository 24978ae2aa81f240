import type { catalog as english } from '../en/catalog.ts'

export const catalog: Record<keyof typeof english, string> = {
  'catalog.title': 'Katalog',
  'catalog.items': 'Öğeler',
  'catalog.capabilities': 'Yetenekler',
}
