"""The public words in German. {subject} is one or more component titles, which are not translated."""

WORDS = {
    "title.delay.deposit": "Einzahlungen verzögert: {subject}",
    "title.delay.withdrawal": "Auszahlungen verzögert: {subject}",
    "title.delay.trade": "Handel verlangsamt: {subject}",
    "title.delay.other": "Verlangsamt: {subject}",
    "title.backlog.deposit": "Einzahlungen verzögert: {subject}",
    "title.backlog.withdrawal": "Auszahlungen verzögert: {subject}",
    "title.backlog.trade": "Handel verlangsamt: {subject}",
    "title.backlog.other": "Verzögert: {subject}",
    "title.errors.deposit": "Einzahlungen schlagen teilweise fehl: {subject}",
    "title.errors.withdrawal": "Auszahlungen schlagen teilweise fehl: {subject}",
    "title.errors.trade": "Einige Orders schlagen fehl: {subject}",
    "title.errors.other": "Einige Anfragen schlagen fehl: {subject}",
    "title.halt.deposit": "Einzahlungen werden nicht gutgeschrieben: {subject}",
    "title.halt.withdrawal": "Auszahlungen werden nicht gesendet: {subject}",
    "title.halt.trade": "Handel steht still: {subject}",
    "title.halt.other": "Nicht verfügbar: {subject}",
    "title.silence.deposit": "Zustand unbekannt: {subject}",
    "title.silence.withdrawal": "Zustand unbekannt: {subject}",
    "title.silence.trade": "Zustand unbekannt: {subject}",
    "title.silence.other": "Zustand unbekannt: {subject}",
    "title.other.deposit": "Ungewöhnliches Verhalten: {subject}",
    "title.other.withdrawal": "Ungewöhnliches Verhalten: {subject}",
    "title.other.trade": "Ungewöhnliches Verhalten: {subject}",
    "title.other.other": "Ungewöhnliches Verhalten: {subject}",
    "now.delay.deposit": "Einzahlungen verzögern sich: {subject}.",
    "now.delay.withdrawal": "Auszahlungen verzögern sich: {subject}.",
    "now.delay.trade": "Der Handel ist langsamer als sonst: {subject}.",
    "now.delay.other": "Langsamer als sonst: {subject}.",
    "now.backlog.deposit": "Einzahlungen warten länger als sonst: {subject}.",
    "now.backlog.withdrawal": "Auszahlungen warten länger als sonst: {subject}.",
    "now.backlog.trade": "Orders warten länger als sonst: {subject}.",
    "now.backlog.other": "Wartezeiten sind länger als sonst: {subject}.",
    "now.errors.deposit": "Einige Einzahlungen schlagen fehl: {subject}.",
    "now.errors.withdrawal": "Einige Auszahlungen schlagen fehl: {subject}.",
    "now.errors.trade": "Einige Orders schlagen fehl: {subject}.",
    "now.errors.other": "Einige Anfragen schlagen fehl: {subject}.",
    "now.halt.deposit": "Einzahlungen werden zurzeit nicht gutgeschrieben: {subject}.",
    "now.halt.withdrawal": "Auszahlungen werden zurzeit nicht gesendet: {subject}.",
    "now.halt.trade": "Der Handel steht still: {subject}.",
    "now.halt.other": "Zurzeit nicht verfügbar: {subject}.",
    "now.silence.deposit": "Uns fehlen aktuelle Daten: {subject}.",
    "now.silence.withdrawal": "Uns fehlen aktuelle Daten: {subject}.",
    "now.silence.trade": "Uns fehlen aktuelle Daten: {subject}.",
    "now.silence.other": "Uns fehlen aktuelle Daten: {subject}.",
    "now.other.deposit": "Einzahlungen funktionieren nicht wie gewohnt: {subject}.",
    "now.other.withdrawal": "Auszahlungen funktionieren nicht wie gewohnt: {subject}.",
    "now.other.trade": "Der Handel läuft nicht wie gewohnt: {subject}.",
    "now.other.other": "Funktioniert nicht wie gewohnt: {subject}.",
    "means.delay.deposit": (
        "Einzahlungen werden möglicherweise später als sonst gutgeschrieben. Bitte senden Sie sie nicht noch einmal."
    ),
    "means.delay.withdrawal": (
        "Auszahlungen treffen möglicherweise später als sonst ein. Bitte beantragen Sie sie nicht noch einmal."
    ),
    "means.delay.trade": "Es kann länger dauern, bis Orders angenommen und ausgeführt werden.",
    "means.delay.other": "Seiten und Anfragen brauchen möglicherweise länger.",
    "means.backlog.deposit": (
        "Einzahlungen werden möglicherweise später als sonst gutgeschrieben. Bitte senden Sie sie nicht noch einmal."
    ),
    "means.backlog.withdrawal": (
        "Auszahlungen treffen möglicherweise später als sonst ein. Bitte beantragen Sie sie nicht noch einmal."
    ),
    "means.backlog.trade": "Es kann länger dauern, bis Orders angenommen und ausgeführt werden.",
    "means.backlog.other": "Seiten und Anfragen brauchen möglicherweise länger.",
    "means.errors.deposit": (
        "Eine Einzahlung ist in Ihrem Konto möglicherweise noch nicht zu sehen. Bitte senden Sie sie nicht noch einmal."
    ),
    "means.errors.withdrawal": (
        "Ein Auszahlungsantrag kann abgelehnt werden. Bitte prüfen Sie seinen Status, bevor Sie es noch einmal "
        "versuchen."
    ),
    "means.errors.trade": (
        "Eine Order kann abgelehnt werden. Bitte prüfen Sie ihren Status, bevor Sie sie noch einmal aufgeben."
    ),
    "means.errors.other": (
        "Eine Anfrage kann abgelehnt werden. Bitte prüfen Sie das, bevor Sie es noch einmal versuchen."
    ),
    "means.halt.deposit": "Bitte tätigen Sie keine neuen Einzahlungen, bis die Störung behoben ist.",
    "means.halt.withdrawal": "Neue Auszahlungsanträge müssen möglicherweise warten, bis die Störung behoben ist.",
    "means.halt.trade": (
        "Orders werden möglicherweise nicht ausgeführt. Bitte prüfen Sie Ihre offenen Orders, sobald der Handel "
        "wieder läuft."
    ),
    "means.halt.other": "Bitte versuchen Sie es später noch einmal.",
    "means.silence.deposit": (
        "Einzahlungen funktionieren möglicherweise wie gewohnt; das können wir noch nicht bestätigen."
    ),
    "means.silence.withdrawal": (
        "Auszahlungen funktionieren möglicherweise wie gewohnt; das können wir noch nicht bestätigen."
    ),
    "means.silence.trade": "Der Handel läuft möglicherweise wie gewohnt; das können wir noch nicht bestätigen.",
    "means.silence.other": "Möglicherweise läuft alles wie gewohnt; das können wir noch nicht bestätigen.",
    "means.other.deposit": "Einzahlungen sind möglicherweise betroffen.",
    "means.other.withdrawal": "Auszahlungen sind möglicherweise betroffen.",
    "means.other.trade": "Der Handel ist möglicherweise betroffen.",
    "means.other.other": "Einige Funktionen sind möglicherweise betroffen.",
    "unaffected": "Nicht betroffen, soweit wir sehen: {areas}.",
    "area.deposit": "Einzahlungen",
    "area.withdrawal": "Auszahlungen",
    "area.trade": "Handel",
    "phase.investigating": "Wir untersuchen die Ursache.",
    "phase.identified": "Wir haben die Ursache gefunden und arbeiten daran.",
    "phase.monitoring": "Eine Lösung ist eingespielt, und wir beobachten das Ergebnis: {subject}.",
    "phase.resolved": "Behoben: {subject}.",
    "phase.retracted": (
        "Wir hatten hier eine Störung gemeldet. Das war ein Fehlalarm, alles lief wie gewohnt: {subject}."
    ),
    "phase.merged": "Das gehört zu einer anderen Störung auf dieser Seite und wird dort weitergeführt.",
    "reopened": "Die Störung ist wieder da.",
    "reopened.since": "Die Störung ist seit {time} UTC wieder da.",
    "reopened.early": "Wir haben diese Meldung zu früh geschlossen: Die Störung besteht weiter.",
    "recurring": "Die Störung tritt immer wieder auf: {count}-mal seit {time} UTC.",
    "recurring.over": "Die Störung ist seit {time} UTC nicht wieder aufgetreten.",
    "after.delay": "Wenn sich bei Ihnen noch etwas verzögert, kontaktieren Sie uns bitte.",
    "after.backlog": "Wenn sich bei Ihnen noch etwas verzögert, kontaktieren Sie uns bitte.",
    "after.errors": "Wenn bei Ihnen etwas fehlgeschlagen ist, prüfen Sie es bitte und versuchen Sie es noch einmal.",
    "after.halt": "Wenn bei Ihnen noch etwas fehlt, kontaktieren Sie uns bitte.",
    "after.silence": "Wir erhalten wieder Daten.",
    "after.other": "Wenn etwas noch nicht stimmt, kontaktieren Sie uns bitte.",
    "next": "Nächste Meldung bis {time} UTC.",
    "subject.two": "{first} und {second}",
    "area.two": "{first} und {second}",
    "subject.more": "{first} und {count} weitere",
    "subject.all.deposit": "alle Einzahlungen",
    "subject.all.withdrawal": "alle Auszahlungen",
    "subject.all.trade": "der gesamte Handel",
    "subject.none": "ein Teil unserer Dienste",
}
