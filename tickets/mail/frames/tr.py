"""Mails in Turkish."""

WORDS = {
    "hello": "Merhaba,",
    "hello.name": "Merhaba {name},",
    "received.subject": "Mesajınızı aldık",
    "received.number": "Talebinizin numarası: {number}.",
    "received.alone": "Mesajınızı aldık. Ekibimizden biri okuyup size yanıt verecek.",
    "joined.lead": (
        "Mesajınız artık aynı işlemle ilgili {number} numaralı talebinizin bir parçası. Yanıtı orada alacaksınız."
    ),
    "joined.else": "Başka bir şeyle ilgiliyse bunu o talebe yazın, bir kişi okuyacak.",
    "linked.lead": "Yazdıklarınıza uyan bir sorundan haberdarız:",
    "linked.waits": (
        "Talebiniz bu soruna bağlandı: yeni bilgi olduğunda ve sorun çözüldüğünde size yazacağız. "
        "Tekrar yazmanıza gerek yok."
    ),
    "linked.else": "Sorununuz bu değilse bunu talebinizin sayfasına yazın, bir kişi okuyacak.",
    "linked.reply": "Sorununuz bu değilse bu e-postayı yanıtlayın, bir kişi okuyacak.",
    "question.subject": "Sorun bu mu? {title}",
    "question.lead": "Yazdığınız konu olabilecek bir sorundan haberdarız:",
    "question.ask": (
        "Sorun bu mu? Lütfen talebinizin sayfasında evet ya da hayır deyin: tek tıklama yeter. "
        "Evet derseniz yeni bilgi olduğunda ve sorun çözüldüğünde size yazacağız."
    ),
    "question.reply": (
        "Sorun bu mu? Lütfen evet ya da hayır diye yanıtlayın. Evet derseniz "
        "yeni bilgi olduğunda ve sorun çözüldüğünde size yazacağız."
    ),
    "question.else": "Başka bir şeyse ya da yanıt vermezseniz ekibimizden biri mesajınızı okuyup size yanıt verecek.",
    "mistaken.subject": "Düzeltme: yazdığımız başka bir sorunla ilgiliydi",
    "mistaken.title": "Talebiniz şu sorunla ilgiliymiş gibi size yazdık: {title}",
    "mistaken.lead": "Talebiniz bildiğimiz bir sorunla ilgiliymiş gibi size yazdık",
    "mistaken.sorry": "Bu bizim hatamızdı, öyle değil. Lütfen bu konuda yazdıklarımızı dikkate almayın.",
    "mistaken.open": "Talebiniz açık; ekibimizden biri okuyup size yanıt verecek.",
    "withdrawn.subject": "Düzeltme: lütfen yanıtımızı dikkate almayın",
    "withdrawn.lead": "Bu yanıtı size yanlışlıkla gönderdik. Lütfen dikkate almayın:",
    "withdrawn.goes_on": "Talebiniz, bu yanıtı göndermemişiz gibi devam ediyor.",
    "so_far.subject": "Son durum: {title}",
    "so_far.lead": "Mesajınız bize ulaştı. Şu an bildiklerimiz:",
    "so_far.news": "Yeni bilgi olduğunda ve sorun çözüldüğünde size yazacağız.",
    "so_far.else": "Mesajınız başka bir şeyle ilgiliyse bunu talebinizin sayfasına yazın, bir kişi okuyacak.",
    "update.subject": "Yeni bilgi: {title}",
    "update.news": "Yeni bilgi olduğunda tekrar yazacağız.",
    "return.subject": "Henüz bitmedi: {title}",
    "return.waits": "Talebiniz yeniden açıldı ve bunu bekliyor: sorun çözüldüğünde size yazacağız.",
    "solved.subject": "Çözüldü: {title}",
    "solved.marked": "Talebinizi çözüldü olarak işaretledik.",
    "solved.still": "Hâlâ çözülmedi mi? Bunu talebinizin sayfasına yazın: talebiniz yeniden açılır ve bir kişi okur.",
    "solved.reply": "Hâlâ çözülmedi mi? Bu e-postayı yanıtlayın: talebiniz yeniden açılır ve bir kişi okur.",
    "solved.not_done": "Kendi işleminiz henüz tamamlanmadı: {numbers} açık kalıyor ve bir kişi inceleyecek.",
    "solved.kept": "Bunun {numbers} için çözüm olmadığını söylediniz: açık kalıyor ve bir kişi size yanıt verecek.",
    "correction.subject": "Düzeltme: {title}",
    "correction.replaces": "Bu, size daha önce yazdığımızın yerine geçer.",
    "retraction.open": "Talebiniz açık kalıyor: ekibimizden biri okuyup size yanıt verecek.",
    "reply.subject": "Mesajınıza yanıt",
    "where.state": "Güncel durum: ",
    "where.ticket": "Talebiniz: ",
}
