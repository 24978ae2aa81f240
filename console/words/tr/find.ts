import type { find as english } from '../en/find.ts'

export const find: Record<keyof typeof english, string> = {
  'find.title': 'Kişi bul',
  'find.says':
    'Hangi çağrılar birine ilişkindi. Yazdığınız bu sayfada kalır: çıkan, düzlemin anahtarıyla yapılan bir özettir. Anahtarı aldığınız ve ne zaman, neden aradığınız defterde bir kayıttır.',
  'find.argument': 'Argüman',
  'find.argument.hint': 'Çağrılarda durduğu yer.',
  'find.argument.none': 'Seçin…',
  'find.text': 'Verildiği biçim',
  'find.text.hint': 'Ajanların verdiği gibi, harfi harfine.',
  'find.text.spaces': 'Boşlukla başlıyor ya da bitiyor; o da aranır.',
  'find.text.long':
    '{most, number} karakterden uzun: bu kadar uzun olan hiç kaydedilmez, kimse onunla bulunmaz.',
  'find.reason.hint': 'Defterde durur.',
  'find.act': 'Çağrıları bul',
  'find.in': 'Bakılan yerler: {names}{more, plural, =0 {} other { ve # tane daha}}.',
  'find.not':
    'Bakılmayan yerler, çünkü orada bu argümanın özeti kaydedilmiyor: {names}{more, plural, =0 {} other { ve # tane daha}}.',
  'find.calls': 'Bu kişiye ilişkin çağrılar',
  'find.more': 'En yenileri; daha var.',
  'find.none': 'Çağrı bulunmadı',
  'find.none.body':
    'Bulunmayanlar: silinmiş öznelerin çağrıları, argüman kişisel olarak kaydedilmeden önceki çağrılar, önceki sürümlerin kaydettikleri ve başka türlü yazılmış olanlar.',
  'find.cut': '{when} öncesindeki çağrılara bakılmadı: çok fazla anahtar var.',
  'find.cut.act': 'Daha öncesine bak',
  'find.unrecorded':
    '{when} öncesindeki bazı çağrılar, içlerinde bir kişi bulunabilecek biçimde kaydedilmedi.',
  'find.unrecorded.act': 'Şu andan beri ara: {when}',
  'find.nothing': 'Kişisel olarak kaydedilen argüman yok',
  'find.nothing.body':
    'Kişiler, bir yeteneğin kişisel olarak dizinlediği argümanlarla bulunur: sınıflandırıldığı yerde, `index` içinde `personal: true`.',
  'find.needs': 'Kişileri privacy ya da soc rolündekiler bulur.',
  'find.insecure':
    'Bu sayfa özetleri yalnızca HTTPS üzerinden ya da makinenin kendisinde yapar: tarayıcı başka türlüsüne izin vermez.',
}
