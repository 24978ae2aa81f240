import type { explain as english } from '../en/explain.ts'

export const explain: Record<keyof typeof english, string> = {
  'explain.title': 'Açıkla',
}
