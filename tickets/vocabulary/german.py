"""German."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {
    Concept.WITHDRAWAL: (
        "auszahl*, ausgezahlt, auszuzahlen, abheb*, abgehoben, abhebung*, ausgehend*, rausschick*, abziehen, "
        "withdrawal, transfer raus"
    ),
    Concept.DEPOSIT: (
        "einzahl*, eingezahlt, einzuzahlen, eingehend*, einlage, aufgeladen, aufladen, gutgeschrieben, gutschrift*, "
        "gutzuschreiben, eingang, zahlungseingang"
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
        "einlogg*, eingeloggt, anmeld*, anzumelden, login, log in, einwahlen, komme nicht rein, nicht ins konto, "
        "ausgesperrt, zugang"
    ),
    Concept.CODE: (
        "code, codes, zwei faktor, 2fa, authenticator, bestatigungscode*, sicherheitscode*, tan, einmalpasswort, "
        "einmalcode"
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
        "warten, seit stunden, stunden, seit gestern, seit heute, ausstehend, in bearbeitung, pending, wie lange, "
        "wann kommt, wann wird, noch nicht, immer noch, unbestatigt, nicht bestatigt, ewig, trage, ruckelt, wo ist, "
        "wo bleibt, wo bleiben, wo sind, tagen"
    ),
    Concept.NOT_RECEIVED: (
        "nicht angekommen, kommt nicht an, nicht an, nicht da, nichts da, fehlt, fehlen, fehlend*, nicht "
        "gutgeschrieben, nicht erhalten, nicht bekommen, bekomme kein*, erhalte kein*, bekomme nicht*, kommt kein*, "
        "kommt nicht*, kommen nicht*, nicht eingegangen, nicht verbucht, nicht gebucht, nichts angekommen, nicht zu "
        "sehen, nicht sichtbar, verschwunden, weg, wo ist, wo bleibt, wo bleiben, wo sind, nicht auf meinem, keine "
        "sms, kein code, keinen code, keine codes, taucht nicht, noch nicht"
    ),
    Concept.FAIL: (
        "fehler*, fehlgeschlagen, schlagt .. fehl, schlagt fehl, scheitert, gescheitert, abgelehnt, ablehn*, "
        "zuruckgewiesen, abgewiesen, geht nicht, gehen nicht, funktioniert nicht, funktionieren nicht, klappt nicht, "
        "klappt .. nicht, geht .. nicht, kann nicht, kann .. nicht, kann kein*, lasst sich nicht, unmoglich, "
        "ungultig, abgebrochen, verweigert, nicht moglich, konnte nicht, kaputt, sturzt ab, absturz*, problem*, "
        "bricht ab, storniert"
    ),
    Concept.HALT: (
        "ausgesetzt, angehalten, gestoppt, deaktiviert, wartung*, pausiert, nicht verfugbar, vorubergehend, "
        "ausgegraut, gesperrt, eingestellt, abgeschaltet"
    ),
    Concept.DOWN: (
        "down, ausfall*, ausgefallen, nicht erreichbar, offline, serverfehler, ladt nicht, antwortet nicht, keine "
        "antwort vom, zeituberschreitung, timeout, 503, 500, 502, gestort, storung*, endlos, keine verbindung"
    ),
    Concept.DOUBLE: "doppelt*, zweimal, zwei mal, 2x, 2 mal, zweifach",
    Concept.LIQUIDATED: (
        "liquidier*, liquidation*, zwangsliquid*, zwangsgeschlossen, position .. geschlossen, positionen .. "
        "geschlossen, glattgestellt, ausgestoppt"
    ),
    Concept.WRONG: (
        "falsch*, fehlerhaft*, inkorrekt, zu unrecht, ohne grund, grundlos, irrtumlich*, nie erreicht, unberechtigt"
    ),
    Concept.SENT: "blockchain, explorer, bestatigungen, bestatigt, hash, txid, abgebucht",
    Concept.ANGRY: (
        "frechheit, unverschamt*, witz, unfassbar, katastrophe, saftladen, schweinerei, unmoglich, wutend, sauer, "
        "lacherlich, skandal, verdammt, scheiss*, mist, schlechtester, peinlich, nerven"
    ),
    Concept.REPEAT: (
        "gibt es neuigkeiten, neuigkeiten, noch keine antwort, keine antwort, nochmal, schon wieder, erneut, zweites "
        "ticket, bereits geschrieben, schon geschrieben, update, was ist mit meinem, nachfragen, hallo, wie ist der "
        "stand, immer noch nichts"
    ),
    Concept.QUESTION: (
        "frage zu, was kostet, wie kann/konnte/muss/lange/viel/viele/oft/hoch/geht/funktioniert/mache/stelle, welche/"
        "welcher/welches/welchen, wo kann/finde/sehe/muss/gibt, was kostet/bedeutet/brauche/muss/ist der/die/das, "
        "kann/konnte/darf/muss/soll/sollte ich/man, gibt es, unterstutzt/akzeptiert/bietet/habt ihr/sie, mochte/"
        "wurde/will .. andern/wissen/wechseln/aktualisieren/hinzufugen/entfernen/aktivieren/erhohen/verstehen/"
        "einrichten/nutzen/loschen, unterschied, ist es moglich/normal/erlaubt, wird so was, anleitung, dokumentation"
    ),
    Concept.OWN_FAULT: (
        "an die falsche, ohne memo, ohne tag, limit erreicht, tageslimit, neues handy, handy verloren, neue nummer, "
        "nummer gewechselt, anderer name, konto meines, falsche/falschen/falscher/falsches/andere/anderen/alte/alten/"
        "verkehrte .. *adresse/*netzwerk/*chain/*wallet/iban/*konto/memo/tag/coin/*betrag/*nummer/*name, mein/meine/"
        "eigener/eigene/selbst fehler/schuld/versehen, aus versehen, versehentlich, vertippt, verwechselt, "
        "vergessen, mindest*, minimum, hochst*, *limit, zu wenig, nicht genug/ausreichend/genugend, smart contract, "
        "ruckgangig, zuruckholen, abgelaufen, unscharf, konto/karte/name .. frau/mann/mutter/vater/freund/freundin/"
        "bruder/schwester/firma, nicht unterstutzt"
    ),
    Concept.OTHER_MATTER: (
        "empfehlung*, freunde werben, bonus, gutschein*, aktionscode, steuer*, steuerbericht, kontoauszug, konto "
        "loschen, account loschen, konto schliessen, namen andern, adresse andern, email andern, mailadresse andern, "
        "dunkelmodus, sprache, listing, airdrop, rechnung, csv, export, limit erhohen, whitelist, unterkonto, "
        "gewinnspiel, passwort andern, token listen, coin listen, danke .. gestern/schnelle/hilfe/alles, alles gut/"
        "klar/erledigt, hat sich erledigt, testnet, funktion, feature, newsletter, einladung*, pramie*, staking "
        "belohnung*, zertifikat"
    ),
    Concept.HACK: "gehackt, hack, gehacked, hacker*",
    Concept.SCAM: "scam*, abzocke, abzocker*, betrugsmasche",
    Concept.LEGAL: (
        "rechtlich*, juristisch*, rechtsweg, rechtsschutz*, verklag*, klage, einklagen, klagen, rechtsanwalt*, "
        "anwalt*, anwalte, rechtsbeistand, rechtliche*, gerichtlich*, verklagen, sammelklage"
    ),
    Concept.UNAUTHORISED: (
        "war ich nicht, ich war das nicht, nicht ich, nicht veranlasst, nicht autorisiert, nicht beauftragt, nicht "
        "genehmigt, nie veranlasst, nie beauftragt, nie gemacht, nicht angefordert, nie angefordert, nicht getatigt, "
        "nie getatigt, nicht gestartet, unbefugt*, fremder, unbekannten, jemand anderes, jemand anders, jemand ist, "
        "jemand war, irgendjemand, irgendwer, verdachtig*, kompromittiert, ubernommen, habe geschlafen, wahrend ich "
        "schlief, aus einem anderen land, nicht erkenn*, kenne ich nicht, leergeraumt, abgeraumt, leer geraumt, "
        "sofort sperren, einfrieren, mein passwort wurde, meine email wurde, eingebrochen, zugriff auf mein konto, "
        "in meinem konto, jemand/irgendjemand/irgendwer/fremde/fremder/unbekannte/unbekannter .. mein/meine/meinem/"
        "meinen/meiner/versucht/nutzt/benutzt/verwendet/bucht/kauft/verkauft/zieht/loggt/hat/greift/kennt, wer hat/"
        "war/ist .. mein/meine/meinem/meinen/da/das/sich, obwohl ich .. nichts/nicht/nie .. angefordert/beauftragt/"
        "veranlasst/gemacht/getan/bestellt, habe/hab/hatte/haben ich/wir .. nicht/nie/niemals/keine/keinen gemacht/"
        "getatigt/veranlasst/beauftragt/angefordert/autorisiert/genehmigt/freigegeben/ausgefuhrt/erstellt/angelegt/"
        "bestellt/bestatigt/beantragt/gestartet/eroffnet/gesendet/verschickt/uberwiesen/verkauft/gekauft/geandert/"
        "hinzugefugt/ausgelost/angemeldet/eingeloggt/gestellt, ich/wir habe/hab/haben/hatte .. nicht/nie/niemals/"
        "keine/keinen/nichts .. getatigt/veranlasst/beauftragt/autorisiert/genehmigt/freigegeben/ausgefuhrt/erstellt/"
        "angelegt/beantragt/ausgelost/abgehoben/angefordert, die/das/den/denen/dem ich .. nicht/nie/niemals .. "
        "gemacht/getatigt/veranlasst/kenne/erkenne/hinzugefugt/angelegt/autorisiert/bestellt/angefordert/gesehen/"
        "benutzt/eingerichtet/erstellt/gestartet/kannte, nicht/nie/niemals von mir/uns, stammt/stammen/kommt/kommen/"
        "war/waren/ist/sind .. nicht/nie von mir, das war nicht ich, bin ich nicht gewesen, unbekannt*/fremd*/"
        "verdachtig*/merkwurdig*/seltsam*/komisch*/unautorisiert*/unerlaubt*/ungewohnlich* *adresse/*gerat/ip/"
        "*anmeld/*login/*zugriff/*sitzung/*abheb/*auszahlung/*transaktion/*uberweisung/order*/*aktivitat/land/"
        "standort/*nummer/*wallet/*buchung/*person, adresse/gerat/ip/wallet/anmeldung/auszahlung/abhebung/"
        "transaktion/uberweisung/buchung .. nicht/nie .. kenne/erkenne/meine/mein/mir/gehort/zuordnen/gesehen/"
        "autorisiert, passwort/mail/email/emailadresse/mailadresse/nummer/telefonnummer/handynummer/2fa/"
        "authenticator/adresse wurde/wurden/ist .. geandert/zuruckgesetzt/entfernt/deaktiviert/ersetzt/ausgetauscht/"
        "getauscht, sim/simkarte .. swap*/tausch*/getauscht/kopiert/geklont/ubernommen/gesperrt/tot/neue/duplikat, "
        "sim tausch, simtausch, konto/account/wallet/guthaben .. leer/leergeraumt/ausgeraumt/geplundert/abgeraumt/"
        "geleert, sperrt/sperren/sperre/blockiert/friert/einfrieren .. konto/account/auszahlung*, konto .. sperren/"
        "sperrt/einfrieren/blockieren, aus .. ausland/russland/china/vietnam .. angemeldet/eingeloggt, ohne mein/"
        "meine/meiner wissen/zutun/zustimmung/erlaubnis/freigabe/einwilligung, meine ausweisdaten/identitat/"
        "personalien/daten, ich/wir habe/hab/haben .. nie/niemals/nicht .. platziert/getatigt/unterschrieben/"
        "gestellt/initiiert/hinzugefugt/eingerichtet, kann mich nicht erinnern, keine erinnerung, angreifer*/"
        "kriminelle*/eindringling*, von jemand/jemandem/fremden/unbekannten, wer auch immer, ohne dass/das ich, "
        "andere/neue/zweite sim, zugriff .. verloren, ausgesperrt .. fremd*, in meinem namen, mir unbekannt*/fremd*, "
        "die/das/den ich .. nicht/nie .. ausgelost/veranlasst/gewollt/platziert/bestatigt/genehmigt/freigegeben, "
        "ohne zu fragen, ungefragt"
    ),
    Concept.STOLEN: (
        "gestohlen, geklaut, diebstahl, dieb, diebe, beklaut, bestohlen, stehlen, ausgeraubt, raub, klauen"
    ),
    Concept.FRAUD: (
        "betrogen, phishing, gefakt*, angeblich von euch, geldwasche, seed phrase, private key, privaten schlussel, "
        "anydesk, teamviewer, fernzugriff, erpress*, hereingefallen, reingefallen, getauscht worden, vorgegeben, "
        "telegram/whatsapp/instagram/facebook/discord/tiktok/tinder .. support/admin/mitarbeiter/gruppe/kanal/"
        "berater/mann/frau/trader/betreuer/kontakt, support/admin/mitarbeiter/gruppe/berater/trader/betreuer .. "
        "telegram/whatsapp/instagram/facebook/discord/tinder, angeblich*/falsch*/vermeintlich*/sogenannt* .. "
        "*mitarbeiter/*support/*berater/*broker/*seite/app/*anruf/*mail/*agent, anruf*/angerufen .. support/"
        "mitarbeiter/tocsin/angeblich, betrug*, abgezockt*, reingelegt, trickbetrug*, enkeltrick, passwort .. "
        "eingegeben/weitergegeben/verraten, code .. weitergegeben/verraten/genannt/durchgegeben, aufgefordert .. "
        "uberweisen/zahlen/einzuzahlen/einzahlen, sollte ich .. steuer/kaution, rendite .. versprochen, seid ihr das "
        "wirklich, ist das wirklich von euch, identitats*, gefalscht*, fakeshop, love scam, man/er/sie hat/haben "
        "mich/mir .. gedrangt/uberredet/gezwungen/uberzeugt/aufgefordert/angewiesen, bis/wenn ich .. zahle/uberweise/"
        "einzahle, freischalt*/freigabe* gebuhr/zahlung, gefalscht*/nachgemacht*/falsche* .. *seite/app/*mail, "
        "zugangsdaten/passwort/code .. eingegeben/verraten/weitergegeben/genannt, am telefon .. gedrangt/uberredet/"
        "aufgefordert/gezwungen, zur/zu .. gedrangt/uberredet/gezwungen, nachgebaut*/nachgeahmt*"
    ),
    Concept.THREAT: (
        "umbringen, ich finde euch, ich komme vorbei, drohe, drohung, bombe, ihr werdet es bereuen, verprugeln, "
        "abstechen, anzunden, waffe, ich weiss wo, gewalt, kaputtschlagen"
    ),
    Concept.AUTHORITY: (
        "anzeige, bafin, aufsicht*, verbraucherzentrale, behorde*, ombuds*, beschwerde bei der, finanzaufsicht, "
        "schadenersatz, mahnung, mahnbescheid, abmahnung, fristsetzung, kripo, datenschutzbehorde, polizei*, "
        "strafanzeige*, anzeige .. erstatten/erstattet/polizei, kriminalpolizei, staatsanwalt*, schlichtung*, "
        "verbraucherschutz*, aufsichtsbehorde*, finanzmarktaufsicht, fma, finma, gericht*, klage*, schadensersatz*"
    ),
    Concept.SELF_HARM: (
        "umbringen, selbstmord, suizid*, das leben nehmen, mir etwas antun, will sterben, leben beenden, mein leben "
        "ist vorbei, bringe/bring mich um, mich .. umbringen, mir/mich .. das leben/antun/umzubringen, nicht mehr "
        "weiterleben/leben, keinen sinn mehr, will/mochte nicht mehr leben, aus dem leben, springe von, am liebsten "
        "tot"
    ),
    Concept.HARMLESS: (
        "kann/konnte/konnen jemand/sie, bitte jemand, ist da jemand, ist jemand da, jemand helfen/antworten/da, "
        "schutz/versicherung/versichert/gegen/vor .. diebstahl/phishing/betrug, was ist los/da/mit/passiert, wie "
        "lange noch/dauert/muss/soll, wie kann das/es/so"
    ),
}
