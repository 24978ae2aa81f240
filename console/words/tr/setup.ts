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
  'setup.password.hint': 'En az 12 karakter; birkaç sözcük, işaretlerden daha kolay akılda kalır.',
  'setup.act': 'Yöneticiyi oluştur',
  'setup.wrong':
    '{detail} Yeni bir kod için çalıştığı yerde `bailiwick setup-code` komutunu çalıştırın.',
  'setup.clock.ahead':
    'Ağ geçidinin saati bu bilgisayarınkinden {minutes, plural, other {# dakika}} ileride.',
  'setup.clock.behind':
    'Ağ geçidinin saati bu bilgisayarınkinden {minutes, plural, other {# dakika}} geride.',
  'setup.clock.fix':
    'Yanlış olanı ayarlayın. Yanlış olan ağ geçidininki ise başka yayımcıların belirteçlerini ve kuruluşların oturumlarını reddeder, defterindeki saatler de yanlış olur.',
  'setup.over': 'Bu kurulum tamamlandı. Oturum açın.',
  'setup.step.done': 'tamam',
  'setup.step.now': 'şimdi',
  'setup.step.later': 'sonra',
  'setup.first': 'İlk çağrı',
  'setup.step.administrator': 'İlk yöneticiyi oluştur',
  'setup.step.server': 'Bir sunucu getir',
  'setup.step.call': 'Bir çağrı yap',
  'setup.step.grant': 'Okuyabileceğini ver',
  'setup.step.again': 'Çağrıyı yeniden yap',
  'setup.step.open': 'Çağrıya bak',
  'setup.sample': 'Örnek sunucuları dene',
  'setup.sample.how':
    'Başlangıçta getirilirler: Bailiwick’i durdurun ve boş bir veri klasörüyle `bailiwick start --sample` komutunu çalıştırın. Çalışan hiçbir kuruluma tarayıcıdan program başlatılamaz.',
  'setup.own': 'Kendi sunucumu kaydet',
  'setup.own.body':
    'Araçları kayıt sırasında sınıflandırılır; yalnızca okuyan biri sonra buradan çağrılabilir.',
  'setup.own.act': 'Sunucu kaydet',
  'setup.plane': 'Düzlem',
  'setup.plane.hint':
    'Sunucular, ajanlar ve izinler bir düzlemde durur. Küçük harf, rakam ve kısa çizgi.',
  'setup.plane.act': 'Düzlemi oluştur',
  'setup.offer':
    '{plane} içinde {server}: yalnızca okuyan {count, plural, one {# araç} other {# araç}}.',
  'setup.offer.act': '{server} kullan',
  'setup.agent': 'İlk çağrıyı yapar',
  'setup.consumer': 'İlk çağrı',
  'setup.gone': 'Bu sunucu artık yalnızca okuyan bir araç sunmuyor. Katalogda bakın.',
  'setup.command':
    'Bunu Bailiwick’in çalıştığı yerde çalıştırın. {agent}, hiçbir izni olmayan bir ajanınızdır.',
  'setup.waiting': 'İlk çağrı bekleniyor.',
  'setup.waiting.again': 'İzin verildi. Aynı komutu yeniden çalıştırın; çağrı bekleniyor.',
  'setup.denied':
    'İlk çağrı geldi. Reddedildi: {agent} için {tool} izni yok. Siz izin verene dek hiçbir şeye izin yoktur.',
  'setup.permitted': 'Çağrı sonuna kadar gitti ve kaydedildi.',
  'setup.grant.body':
    '{agent} bundan sonra şunları çağırabilir: {tools}. Kişisel veriye dokunan araçlar ve sunucunun sonradan getirdikleri bunlara dahil değildir.',
  'setup.grant.reason': 'Kurulumda verilen ilk çağrı izni',
  'setup.grant.act': '{count, plural, one {# okuma aracına} other {# okuma aracına}} izin ver',
  'setup.open': '{call} aç',
}
