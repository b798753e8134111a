"""German."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {
    Concept.WITHDRAWAL: (
        "auszahl*, ausgezahlt, auszuzahlen, abheb*, abgehoben, abhebung*, ausgehend*, rausschick*, abziehen, "
        "withdrawal, transfer raus"
    ),
    Concept.DEPOSIT: (
        "einzahl*, eingezahlt, einzuzahlen, eingehend*, einlage, aufgeladen, aufladen, gutgeschrieben, "
        "gutschrift*, gutzuschreiben, eingang, zahlungseingang"
    ),
    Concept.CARD: "karte, kreditkarte*, debitkarte*, kartenzahlung*, bankkarte*, visakarte, karten",
    Concept.SEPA: (
        "uberweis*, uberwiesen, ueberweis*, sepa, echtzeituberweisung, bankuberweis*, sofortuberweis*, dauerauftrag"
    ),
    Concept.BANK: "bank, hausbank, sparkasse, bankkonto, girokonto",
    Concept.BUY: "kaufen, kauf, kaufe, gekauft, krypto kaufen, bezahlen mit karte",
    Concept.TRADE: (
        "order, orders, auftrag, auftrage, handel, handeln, trade, traden, limitorder, marktorder, stop loss, "
        "ausgefuhrt, ausfuhrung, verkaufen, verkauf, verkaufsorder, kauforder, orderbuch"
    ),
    Concept.FUTURES: "futures, hebel, margin, position, positionen, kontrakt*, long, short",
    Concept.VERIFY: (
        "verifizier*, kyc, ausweis*, identitat*, reisepass, personalausweis, legitimation*, dokument*, selfie, "
        "videoident, postident, fuhrerschein, gesichtsscan"
    ),
    Concept.LOGIN: (
        "einlogg*, eingeloggt, anmeld*, anzumelden, login, log in, einwahlen, komme nicht rein, "
        "nicht ins konto, ausgesperrt, zugang"
    ),
    Concept.CODE: (
        "code, codes, zwei faktor, 2fa, authenticator, bestatigungscode*, sicherheitscode*, tan, "
        "einmalpasswort, einmalcode"
    ),
    Concept.SMS: "sms, handynummer, telefonnummer, handy, kurznachricht",
    Concept.API: "api, schnittstelle, bot, endpunkt*, apikey, api schlussel",
    Concept.PRICE: "kurs, kurse, preis*, chart, kursanzeige",
    Concept.FEES: "gebuhr*, provision, kosten",
    Concept.STAKING: "staking, staken, zinsen, rendite, belohnung*",
    Concept.BALANCE: "guthaben, kontostand, saldo, portfolio, bestand",
    Concept.APP: "app, webseite, website, seite, browser",
    Concept.EMAIL: "email*, e mail*, mail, postfach, spam ordner",
    Concept.DELAY: (
        "verzoger*, verspat*, dauert, hangt, hangen, hangengeblieben, steckt, stecken, langsam, wartet, warte, "
        "warten, seit stunden, stunden, seit gestern, seit heute, ausstehend, in bearbeitung, pending, "
        "wie lange, wann kommt, wann wird, noch nicht, immer noch, unbestatigt, nicht bestatigt, ewig, trage, "
        "ruckelt, wo ist, wo bleibt, wo bleiben, wo sind, tagen"
    ),
    Concept.NOT_RECEIVED: (
        "nicht angekommen, kommt nicht an, nicht an, nicht da, nichts da, fehlt, fehlen, fehlend*, "
        "nicht gutgeschrieben, nicht erhalten, nicht bekommen, bekomme kein*, erhalte kein*, bekomme nicht*, "
        "kommt kein*, kommt nicht*, kommen nicht*, nicht eingegangen, nicht verbucht, nicht gebucht, "
        "nichts angekommen, nicht zu sehen, nicht sichtbar, verschwunden, weg, wo ist, wo bleibt, wo bleiben, "
        "wo sind, nicht auf meinem, keine sms, kein code, keinen code, keine codes, taucht nicht, noch nicht"
    ),
    Concept.FAIL: (
        "fehler*, fehlgeschlagen, schlagt .. fehl, schlagt fehl, scheitert, gescheitert, abgelehnt, ablehn*, "
        "zuruckgewiesen, abgewiesen, geht nicht, gehen nicht, funktioniert nicht, funktionieren nicht, "
        "klappt nicht, klappt .. nicht, geht .. nicht, kann nicht, kann .. nicht, kann kein*, lasst sich nicht, "
        "unmoglich, ungultig, abgebrochen, verweigert, nicht moglich, konnte nicht, kaputt, sturzt ab, "
        "absturz*, problem*, bricht ab, storniert"
    ),
    Concept.HALT: (
        "ausgesetzt, angehalten, gestoppt, deaktiviert, wartung*, pausiert, nicht verfugbar, vorubergehend, "
        "ausgegraut, gesperrt, eingestellt, abgeschaltet"
    ),
    Concept.DOWN: (
        "down, ausfall*, ausgefallen, nicht erreichbar, offline, serverfehler, ladt nicht, antwortet nicht, "
        "keine antwort vom, zeituberschreitung, timeout, 503, 500, 502, gestort, storung*, endlos, "
        "keine verbindung"
    ),
    Concept.DOUBLE: "doppelt*, zweimal, zwei mal, 2x, 2 mal, zweifach",
    Concept.LIQUIDATED: (
        "liquidier*, liquidation*, zwangsliquid*, zwangsgeschlossen, position .. geschlossen, "
        "positionen .. geschlossen, glattgestellt, ausgestoppt"
    ),
    Concept.WRONG: (
        "falsch*, fehlerhaft*, inkorrekt, zu unrecht, ohne grund, grundlos, irrtumlich*, nie erreicht, unberechtigt"
    ),
    Concept.SENT: "blockchain, explorer, bestatigungen, bestatigt, hash, txid, abgebucht",
    Concept.ANGRY: (
        "frechheit, unverschamt*, witz, unfassbar, katastrophe, saftladen, schweinerei, unmoglich, wutend, "
        "sauer, lacherlich, skandal, verdammt, scheiss*, mist, schlechtester, peinlich, nerven"
    ),
    Concept.REPEAT: (
        "gibt es neuigkeiten, neuigkeiten, noch keine antwort, keine antwort, nochmal, schon wieder, erneut, "
        "zweites ticket, bereits geschrieben, schon geschrieben, update, was ist mit meinem, nachfragen, hallo, "
        "wie ist der stand, immer noch nichts"
    ),
    Concept.QUESTION: (
        "wie kann ich, wie mache ich, wie funktioniert, kann man, gibt es eine moglichkeit, was ist die, "
        "wo finde ich, wie hoch, unterstutzt ihr, welche, mochte wissen, wurde gerne wissen, bietet ihr, "
        "ist es moglich, kann ich, frage zu, muss ich, was kostet"
    ),
    Concept.OWN_FAULT: (
        "falsche adresse, falsches netzwerk, falsche netzwerk, falschen netzwerk, falsche wallet, "
        "an die falsche, falsche iban, falschen coin, memo vergessen, tag vergessen, ohne memo, ohne tag, "
        "mein fehler, versehentlich, aus versehen, vertippt, alte adresse, unter dem minimum, mindestbetrag, "
        "mindesteinzahlung, nicht genug guthaben, nicht genugend, limit erreicht, tageslimit, abgelaufen, "
        "neues handy, handy verloren, neue nummer, nummer gewechselt, passwort vergessen, verwechselt, "
        "anderer name, konto meiner frau, konto meines"
    ),
    Concept.OTHER_MATTER: (
        "empfehlung*, freunde werben, bonus, gutschein*, aktionscode, steuer*, steuerbericht, kontoauszug, "
        "konto loschen, account loschen, konto schliessen, namen andern, adresse andern, email andern, "
        "mailadresse andern, newsletter, dunkelmodus, sprache, listing, airdrop, rechnung, csv, export, "
        "limit erhohen, whitelist, unterkonto, gewinnspiel, passwort andern, token listen, coin listen"
    ),
    Concept.HACK: "gehackt, hack, gehacked, hacker*",
    Concept.SCAM: "scam*, abzocke, abzocker*, betrugsmasche",
    Concept.LEGAL: (
        "anwalt*, rechtsanwalt*, rechtlich*, juristisch*, rechtsweg, rechtsschutz*, verklag*, klage, "
        "rechtliche schritte, einklagen, klagen"
    ),
    Concept.UNAUTHORISED: (
        "nicht von mir, war ich nicht, ich war das nicht, nicht ich, habe ich nicht gemacht, nicht veranlasst, "
        "nicht autorisiert, nicht beauftragt, ohne meine zustimmung, ohne mein wissen, ohne meine erlaubnis, "
        "ohne mein zutun, nicht genehmigt, nie veranlasst, nie beauftragt, nie gemacht, nicht angefordert, "
        "nie angefordert, nicht getatigt, nie getatigt, nicht gestartet, unbefugt*, fremde adresse, "
        "fremder zugriff, fremdes gerat, fremde ip, fremder, fremde person, unbekannte adresse, "
        "unbekanntes gerat, unbekannter login, unbekannte ip, unbekannte anmeldung, unbekannten, jemand hat, "
        "jemand anderes, jemand anders, jemand ist, jemand war, irgendjemand, irgendwer, verdachtig*, "
        "kompromittiert, ubernommen, sim swap*, habe geschlafen, wahrend ich schlief, aus einem anderen land, "
        "nicht erkenn*, kenne ich nicht, die ich nicht kenne, das ich nicht kenne, leergeraumt, abgeraumt, "
        "leer geraumt, konto sperren, sofort sperren, einfrieren, passwort wurde geandert, mein passwort wurde, "
        "meine email wurde, eingebrochen, zugriff auf mein konto, in meinem konto"
    ),
    Concept.STOLEN: (
        "gestohlen, geklaut, diebstahl, dieb, diebe, beklaut, bestohlen, stehlen, ausgeraubt, raub, klauen"
    ),
    Concept.FRAUD: (
        "betrug, betrogen, betruger*, betrugerisch*, phishing, gefalscht*, gefakt*, angeblicher mitarbeiter, "
        "angeblich vom support, angeblich von euch, geldwasche, seed phrase, private key, privaten schlussel, "
        "anydesk, teamviewer, fernzugriff, identitatsdiebstahl, erpress*, hereingefallen, reingefallen, "
        "telegram gruppe, whatsapp gruppe, getauscht worden, falscher support, vorgegeben"
    ),
    Concept.THREAT: (
        "umbringen, ich finde euch, ich komme vorbei, drohe, drohung, bombe, ihr werdet es bereuen, verprugeln, "
        "abstechen, anzunden, waffe, ich weiss wo, gewalt, kaputtschlagen"
    ),
    Concept.AUTHORITY: (
        "polizei, anzeige, strafanzeige, gericht, bafin, aufsicht*, staatsanwalt*, verbraucherschutz, "
        "verbraucherzentrale, behorde*, ombuds*, beschwerde bei der, finanzaufsicht, schadenersatz, "
        "schadensersatz, mahnung, mahnbescheid, abmahnung, fristsetzung, kripo, datenschutzbehorde, "
        "schlichtungsstelle"
    ),
    Concept.SELF_HARM: (
        "umbringen, selbstmord, suizid*, mir das leben nehmen, nicht mehr leben, das leben nehmen, "
        "mir etwas antun, will sterben, bringe mich um, leben beenden, mein leben ist vorbei"
    ),
}
