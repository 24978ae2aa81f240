import type { setup as english } from '../en/setup.ts'

export const setup: Record<keyof typeof english, string> = {
  'setup.title': 'Bailiwick kurulumu',
  'setup.intro':
    'İlk yönetici her düzlemi yönetir; çağrılarda kaydedilen içerik dışında her şeyi okuyabilir.',
  'setup.code': 'Kurulum kodu',
  'setup.code.hint':
    '`bailiwick setup-code`, çalıştığı yerde bir kod yazar: bir kez ve yarım saat geçerlidir.',
  'setup.name': 'Ad',
  'setup.password': 'Parola',
  'setup.act': 'Yöneticiyi oluştur',
  'setup.wrong':
    '{detail} Yeni bir kod için çalıştığı yerde `bailiwick setup-code` komutunu çalıştırın.',
  'setup.over': 'Bu kurulum tamamlandı. Oturum açın.',
}
