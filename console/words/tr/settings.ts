import type { settings as english } from '../en/settings.ts'

export const settings: Record<keyof typeof english, string> = {
  'settings.title': 'Ayarlar',
  'settings.planes': 'Düzlemler',
  'settings.people': 'Kişiler ve roller',
  'settings.identity': 'Kimlik',
  'settings.dataClasses': 'Veri sınıfları',
  'settings.retention': 'Saklama',
  'settings.sinks': 'Alıcılar',
  'settings.notifications': 'Bildirimler',
  'settings.about': 'Hakkında',
}
