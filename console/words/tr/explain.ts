import type { explain as english } from '../en/explain.ts'

export const explain: Record<keyof typeof english, string> = {
  'explain.title': 'Açıkla',
  'explain.because.noGrant': 'hiçbir yetki kapsamıyor',
  'explain.because.ended': 'yetkisinin süresi doldu',
  'explain.because.grant': 'yetki {name}',
  'explain.because.unclassified': 'henüz kimse sınıflandırmadı',
  'explain.because.depends': 'argümanlara bağlı',
  'explain.because.hidden': 'göremeyeceğiniz bir kural reddetti',
  'explain.verdict.denies': 'reddediyor',
  'explain.verdict.deniesBecause': 'reddediyor: {why}',
  'explain.verdict.fulfilled': 'yerine geldi',
  'explain.verdict.notAbout': 'bu çağrıyla ilgili değil',
  'explain.verdict.depends': 'argümanlara bağlı',
  'explain.verdict.dependsOn': 'argümanlara bağlı: {when}',
  'explain.verdict.other': 'kapsamıyor',
  'explain.verdict.ended': 'süresi doldu: {until}',
  'explain.verdict.untrue': 'koşulu doğru değil: {when}',
  'explain.verdict.permits': 'izin veriyor',
  'explain.verdict.permitsToo': 'o da izin veriyor',
  'explain.rule.hidden': 'Göremeyeceğiniz bir kural',
  'explain.more': '{count, plural, other {ve # tane daha}}',
}
