import type { overview as english } from '../en/overview.ts'

export const overview: Record<keyof typeof english, string> = {
  'overview.title': 'Genel bakış',
  'overview.now': 'Şimdi',
  'overview.traffic': 'Trafik',
}
