"""Turkish."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {
    Concept.WITHDRAWAL: (
        "cek*, para cekme, cekim*, cekme*, cektigim, cektim, cekemiyorum, gonderim*, cuzdanima gonder*, transferim"
    ),
    Concept.DEPOSIT: (
        "yatir*, yatan, yatirma*, yatirdim, para yatir*, gonderdigim, hesabima gonder*, hesabima gec*, yukle*, yukledim"
    ),
    Concept.CARD: "kart*, kredi karti*, banka karti*",
    Concept.SEPA: "havale*, eft, sepa, iban, banka transfer*",
    Concept.BANK: "banka*",
    Concept.BUY: "satin al*, kartla al*, alim yap*, kripto al*",
    Concept.TRADE: (
        "emir*, emri*, islem*, al sat, alis*, limit emir, stop loss, gerceklesm*, trade*, pozisyon*, satis, satisi, "
        "satisim, satislar"
    ),
    Concept.FUTURES: "vadeli*, kaldirac*, marjin, teminat*, pozisyon*, futures, long, short",
    Concept.VERIFY: "dogrula*, kimlik*, kyc, pasaport*, ehliyet*, belge*, selfie, yuz tara*, ozcekim",
    Concept.LOGIN: "giris*, oturum*, giremiyorum, girilmiyor, hesabima gir*, log in, login",
    Concept.CODE: ("kod*, dogrulama kodu, 2fa, iki faktor*, authenticator, onay kodu, sifre kodu, iki asamali"),
    Concept.SMS: "sms*, mesaj*, telefon*, cep",
    Concept.API: "api*, endpoint*, bot, botum, botlar",
    Concept.PRICE: "fiyat*, kur, grafik*",
    Concept.FEES: "komisyon*, ucret*, masraf*, kesinti*",
    Concept.STAKING: "staking, stake*, odul*, faiz*, getiri*",
    Concept.BALANCE: "bakiye*, cuzdan*, varlik*, param, parami, paraya, parasi, parayi",
    Concept.APP: "uygulama*, site*, sayfa*",
    Concept.EMAIL: "e posta*, eposta*, mail*",
    Concept.DELAY: (
        "gecik*, bekli*, beklemede*, bekleme*, bekleyen, yavas*, takil*, saattir, saat oldu, saatler*, gunduz, "
        "gundur, dunden, hala, halen, askida, onaylanma*, islemde*, isleniyor, ne zaman, surdu, suruyor, dondu, "
        "donuyor, kaldi, sabahtan beri, uzun sure*, nerede, nerde"
    ),
    Concept.NOT_RECEIVED: (
        "gelmedi*, gelmiyor*, gelmedi, ulasm*, gecmedi*, gecmiyor*, yok, gorunm*, yansim*, yansimadi, hesabima "
        "gecm*, alamadim, alamiyorum, kayip, kayboldu, kayb*, nerede, nerde, almadim, gozukm*, dusmedi, dusmuyor, "
        "eksik, gelmeyen, yatmadi, hesapta yok"
    ),
    Concept.FAIL: (
        "hata*, basarisiz*, reddedil*, reddet*, olmuyor, olmadi, yapamiyorum, yapilamiyor, cekemiyorum, "
        "yatiramiyorum, alamiyorum, satamiyorum, gonderemiyorum, calismiyor*, izin vermiyor, gecersiz, iptal*, "
        "sorun*, problem*, kabul etmiyor, acilmiyor*, yuklenmiyor*, edemiyorum, verilmiyor, veremiyorum, bozuk, "
        "engel*, red, redded*"
    ),
    Concept.HALT: (
        "durduruldu*, durdur*, askiya*, kapali, kapat*, bakim*, devre disi, pasif, gecici, mumkun degil, kullanilamiyor"
    ),
    Concept.DOWN: (
        "coktu*, cokmus*, cevap vermiyor, yanit vermiyor, ulasilamiyor*, erisilemiyor*, sunucu*, zaman asimi*, "
        "timeout, acilmiyor*, 500, 502, 503, baglanti*, kesinti"
    ),
    Concept.DOUBLE: "iki kez, iki kere, iki defa, cift*, 2 kez, 2 kere, 2 defa, mukerrer, iki sefer",
    Concept.LIQUIDATED: (
        "likid*, liq, tasfiye*, pozisyon* .. kapat*, pozisyonum* .. kapan*, zorla kapat*, patladi, patlat*"
    ),
    Concept.WRONG: "yanlis*, hatali*, haksiz*, sebepsiz*, nedensiz*, durduk yere",
    Concept.SENT: ("blokzincir*, blockchain, onay*, hash, txid, explorer, dusuldu, dustu, cikti, tarayici*"),
    Concept.ANGRY: (
        "rezil*, rezalet*, sacmalik, yeter, bikt*, berbat, komik, dalga, utan*, kepaze*, skandal, lanet, igrenc, sinir*"
    ),
    Concept.REPEAT: (
        "haber var mi, gelisme var mi, gelisme, hala bekli*, tekrar yaz*, yine, tekrar, cevap yok, cevap alamad*, "
        "kimse cevap, donus yok, donus yap*, ikinci kez, ikinci talep, daha once yaz*, guncelleme, merhaba, bilgi "
        "alabilir miyim"
    ),
    Concept.QUESTION: (
        "nerede bulab*, ne kadar, merak ediyorum, olur mu, yapabilir miyim, sormak ist*, kac, gerekiyor mu, gerekli "
        "mi, nasil, nereden, nerede .. bulabilirim/yapabilirim/gorebilirim, ne kadar/zaman .. ucret*/limit*/"
        "komisyon*, hangi, mumkun mu, var mi, gerekiyor mu/gerekli mi, yapabilir miyim/kullanabilir miyim/alabilir "
        "miyim, destekliyor musunuz, istiyorum/istiyordum/isterim, ogrenmek, fark* ne/nedir, nedir, kabul ediyor "
        "musunuz"
    ),
    Concept.OWN_FAULT: (
        "yanlis iban, memo yaz*, memo unut*, memosuz, etiket*, tag unut*, limitim, suresi gec*, yeni telefon*, "
        "telefonumu kaybet*, telefonum kay*, numara degis*, numarami degis*, telefonum degis*, sifremi unut*, yanlis/"
        "farkli/eski/baska/hatali .. adres*/ag*/cuzdan*/hesa*/memo/etiket*/tutar*/numara*/isim*/coin*, yanlislikla, "
        "hata* benim/bende, benim hatam/sucum, unuttum/unutmusum, minimum*/maksimum*/asgari*, gunluk limit*, bakiye* "
        "yetersiz*/yetmiyor, yetersiz, akilli kontrat*/sozlesme*, geri al*, suresi .. dolmus/gecmis, bulanik, "
        "annemin/babamin/esimin/arkadasimin/kardesimin/sirket*, desteklenmeyen"
    ),
    Concept.OTHER_MATTER: (
        "referans*, bonus*, promosyon*, kampanya*, vergi*, ekstre*, hesabimi sil*, hesabimi kapat*, hesap sil*, "
        "ismimi degis*, mailimi degis*, e postami degis*, adresimi degis*, sifremi degis*, listele*, karanlik mod, "
        "dil, bulten*, fatura*, csv, airdrop, beyaz liste, limit artir*, limitimi, yarisma*, oneri*, alt hesap*, "
        "dokum*, tesekkur* .. dun/yardim*/hizli, sorun cozuldu/duzeldi, hersey yolunda, davet*, odul*, sertifika*, "
        "testnet"
    ),
    Concept.HACK: "hack*, hackle*, heklen*",
    Concept.SCAM: "scam*, dolandir*, dolandirici*",
    Concept.LEGAL: "mahkemeye ver*, avukat*, hukuk*, dava*, yasal*, icra*, arabulucu*",
    Concept.UNAUTHORISED: (
        "ben degil*, ben talep etmedim, girmedigim, talep etmedigim, izinsiz, yetkisiz*, baskasi*, baska biri*, "
        "birisi, birileri, tanimiyorum, supheli*, ele gecir*, calinmis, sizdir*, sim kart*, uyurken, baska ulke*, "
        "baska bir ulke*, yabanci*, bosaltil*, bosalt*, hesabimi kilitle*, hesabimi dondur*, girilmis, girmisler, "
        "sifrem degis*, sifremi degistirm*, mailim degis*, baska cihaz*, biri/birisi/birileri/baskasi/baskalari/"
        "yabanci/bilinmeyen .. hesab*/kart*/cihaz*/adres*/para*/sifre*/kimlig*/girmis/girdi/giris/cekmis/cekti/"
        "kullan*/degistir*/satmis/gonder*/bosalt*/erisi*, kim yapti/cekti/girdi/onayladi/degistirdi/gonderdi, ben .. "
        "yapmadim/vermedim/istemedim/onaylamadim/cekmedim/gondermedim/acmadim/girmedim/baslatmadim/olusturmadim/"
        "degistirmedim/satmadim/eklemedim/degildim, yapmadigim/vermedigim/istemedigim/onaylamadigim/cekmedigim/"
        "gondermedigim/acmadigim/baslatmadigim/olusturmadigim/tanimadigim/bilmedigim/eklemedigim/satmadigim, bana "
        "ait olmayan/degil*, benim olmayan/degil*, haberim olmadan/yoktu/yok, bilgim/onayim/iznim/rizam disinda/"
        "olmadan/yok, tanimadig*/bilmedig*/supheli/bilinmeyen/yabanci/garip/izinsiz/yetkisiz adres*/cihaz*/ip/giris*/"
        "oturum*/islem*/cekim*/ulke*/numara*/kisi*/erisim*, sifre*/parola*/mail*/eposta*/telefon*/numara*/2fa .. "
        "degistirilmis/degistirildi/degismis/sifirlanmis/kaldirilmis/silinmis, sim kart* .. kopya*/degis*/calin*/"
        "iptal*/klon*, hatt* .. kopya*/klon*, hesabim* .. bosal*/temizle*/ele/girilmis/kirilmis, kimligim* .. "
        "kullan*, hesabimi dondurun/kilitleyin/kapatin, hatirlamiyorum .. yaptigimi/verdigimi, yaptigimi/verdigimi/"
        "onayladigimi hatirla*, biri/birisi/baskasi tarafindan, saldirgan*/korsan*/hirsiz*, benim adima .. ac*/basvur*/"
        "onay*/talep*/cek*/kayit*/kaydol*/islem*/emir*/imza*/siparis*/biri/birisi, ben yokken/"
        "uyurken/yatarken, ben .. giris yapmiyorum/yapmadim/denemedim, sormadan, hic kayit olmadim/uye"
    ),
    Concept.STOLEN: "calin*, caldi*, calmis*, hirsiz*, soyul*, soygun*, soyuldum, calindi, gasp*",
    Concept.FRAUD: (
        "phishing, santaj*, tehdit ed*, ozel anahtar*, kurtarma kelime*, anydesk, teamviewer, uzaktan erisim, kara "
        "para, telegram grub*, whatsapp grub*, kimlik hirsiz*, musteri hizmetleri .. diye, destek ekibi .. diye, "
        "kendini .. tanit*, telegram/telegramdan/telegramda/whatsapp/whatsapptan/instagram/facebook/discord .. "
        "destek*/admin*/yetkili*/temsilci*/grup*/kanal*/biri/kisi/danisman*, destek*/admin*/yetkili*/temsilci*/grup*/"
        "danisman* .. telegram*/whatsapp*/instagram*, dolandir*, sahte*, kandir*, oltalama*, kodu/sifremi/sifreyi .. "
        "verdim/soyledim/paylastim/istedi*, para/vergi/ucret .. yatirmami/odememi/gondermemi iste*, kazanc .. soz*/"
        "garanti*, gercekten siz mi, odemeden/yatirmadan/gondermeden .. vermiyor/acmiyor/cekemez*, baski yapti*/"
        "zorladi*/ikna etti*, sifremi/kodumu/bilgilerimi .. girdim/verdim/paylastim"
    ),
    Concept.THREAT: (
        "oldur*, bulacagim, ofisinize gel*, pisman ol*, bomba*, silah*, yakacagim, tehdit*, bedelini ode*, hesabini "
        "sor*, doverim, dovecegim"
    ),
    Concept.AUTHORITY: (
        "sikayetci ol*, karakol*, tuketici*, bddk, ihtar*, noter*, resmi sikayet, tazminat*, jandarma*, polis, "
        "polise, polisi, poliste, polisten, savci*, mahkeme*, tuketici hakem, siber suc*, emniyet*, suc duyurusu*, "
        "sikayetvar, btk, kvkk, masak*, spk*"
    ),
    Concept.SELF_HARM: (
        "canima kiy*, olmek ist*, kendime zarar*, intihar*, canima kiyacag*, kendimi oldur*/asacag*/atacag*, yasamak "
        "istem*, olmek isti*, hayatima son*"
    ),
    Concept.HARMLESS: (
        "biri/birisi bakabilir/yardimci/yardim/cevap/ilgilen*/yanit, ne oluyor/oldu/olacak, param* istiyorum/geri "
        "istiyorum, cevap/bilgi/yardim/cozum istiyorum"
    ),
}
