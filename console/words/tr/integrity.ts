import type { integrity as english } from '../en/integrity.ts'

export const integrity: Record<keyof typeof english, string> = {
  'integrity.title': 'Bütünlük',
  'integrity.of': '{plane} defterinin bütünlüğü',
  'integrity.entries': 'Kayıtlar',
  'integrity.checkpoints': 'Denetim noktaları',
  'integrity.gaps': 'Boşluklar',
  'integrity.range': 'Bulunan aralık',
  'integrity.signedTo': 'İmzalı, şuraya kadar',
  'integrity.unsigned': 'Henüz bir şey imzalanmadı',
  'integrity.waiting': 'Henüz imzalanmadı',
  'integrity.unpublished': 'Yayımlanmadı',
  'integrity.refused': 'Bu defter imzalanan defter değil. Hiçbir çağrı geçirilmiyor.',
  'integrity.todo':
    'Ne yapmalı: diski olduğu gibi saklayın. Onarmadan önce, yerin iki yanında ne varsa alın:',
  'integrity.verify': 'Şimdi doğrula',
  'integrity.verify.says':
    'Ağ geçidi her kayda, denetim noktasına ve özete yerinde bakar. Çağrılar önce gelir.',
  'integrity.needs': 'düzlemin tümünü okumak',
  'integrity.progress': '{of, number} kayıttan {done, number} · saniyede {perSecond}',
  'integrity.verified': '{of, number} kayıttan {entries, number} tanesi tutuyor',
  'integrity.last': 'Son doğrulayan {by},',
  'integrity.last.broken': '{count, plural, other {# şey imzalandığı gibi değildi}}',
  'integrity.broken': '{count, plural, other {# şey imzalandığı gibi değil}}',
  'integrity.ofAll': '{of, number} içinden {count, number}',
  'integrity.keys': 'Anahtarlar',
  'integrity.keys.says':
    'En yenisini size verilenle karşılaştırın. Her anahtara kendinden önceki kefildir.',
  'integrity.key.now': '#{position} kaydından beri imzalıyor',
  'integrity.key.before': '#{position} kaydından sonra imzaladı',
  'integrity.keys.verify': 'Şimdi doğrula',
  'integrity.one': 'Bir kaydı denetle',
  'integrity.one.position': 'Kaydın numarası',
  'integrity.one.included':
    '#{position, number} kaydı, {size, number} kayıtlık bir denetim noktasının altında, {hashes, plural, other {# özet}} ile',
  'integrity.one.steps': 'Kanıt',
  'integrity.kit': 'Çevrimdışı paket',
  'integrity.kit.says':
    'Sunucumuzun kendisi için iyi demesi kanıt değildir. Bir paket onsuz, ağsız ve asıl yeri olmadan doğrulanır.',
  'integrity.kit.verify': 'Alan kişi, başka yoldan verdiğiniz KEY ile:',
  'integrity.kit.exports': 'Dışa aktarmalar',
}
