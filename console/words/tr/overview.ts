import type { overview as english } from '../en/overview.ts'

export const overview: Record<keyof typeof english, string> = {
  'overview.title': 'Genel bakış',
  'overview.now': 'Şimdi',
  'overview.traffic': 'Trafik',
  'overview.path': 'Çağrıların yolu',
  'overview.recorded': 'Gelen {arrived} = kaydedilen {recorded}',
  'overview.recordedUnderWay':
    'Gelen {arrived} = kaydedilen {recorded} ve sonucu beklenen {underWay}',
  'overview.unrecorded':
    'Gelen {arrived}, kaydedilen {recorded}: {lost} çağrı hiçbir şey kaydedilemezken geldi ve hiçbir yere geçirilmedi',
  'overview.gap':
    '{plane}, kayıt #{position}: {refused, plural, one {# çağrı} other {# çağrı}} geri çevrildi',
  'overview.last': 'Son çağrı:',
  'overview.notYours': 'Çağrılar onları gözetenler içindir',
  'overview.notYours.says': 'Rolünüz çağrılabilecek olanı görür, çağrılmış olanı değil.',
  'overview.none': 'Bu sürede çağrı yok.',
  'overview.needs': 'Bir kişi gerekiyor',
  'overview.needs.none': 'Bekleyen bir şey yok. Alarmlar ve talepler sonraki bir sürümde gelir.',
  'overview.needs.held':
    '{plane}: {count, plural, one {# değişen tanım tutuluyor} other {# değişen tanım tutuluyor}}',
  'overview.needs.unclassified':
    '{plane}: {count, plural, one {# yetenek} other {# yetenek}} sınıflandırılmadı; hiçbir ajan görmüyor',
  'overview.needs.conditions':
    '{plane}: {count, plural, one {# koşul} other {# koşul}} sunucuların sunduklarına göre yanlış',
  'overview.needs.server': '{server}: {health}',
  'overview.needs.ledger': '{plane} defterinin durumu: {state}',
  'overview.top': 'En çok çağrılanlar',
  'overview.by': 'Neye göre',
  'overview.by.capability': 'Yeteneğe göre',
  'overview.by.agent': 'Ajana göre',
  'overview.by.consumer': 'Tüketiciye göre',
  'overview.calls': 'Çağrı',
  'overview.denied': 'Reddedilen',
  'overview.failed': 'Başarısız',
  'overview.outcomes': 'Sonuca göre',
  'overview.changed': 'Bugün değişenler',
  'overview.changed.none': 'Henüz yok. Son değişiklik:',
  'overview.changed.says': '{count, plural, one {# sürüm} other {# sürüm}}, yapan: {people}',
  'overview.revision': 'sürüm {revision, number}',
}
