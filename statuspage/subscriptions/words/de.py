"""The words of subscriptions in German."""

WORDS = {
    "title": "Benachrichtigungen abonnieren",
    "lead": (
        "Wir schreiben, wenn etwas nicht stimmt, wenn es Neues dazu gibt und wenn es wieder in Ordnung ist. "
        "Sonst nichts."
    ),
    "by_mail": "Per E-Mail",
    "by_webhook": "Per Webhook",
    "by_feed": "Per Feed",
    "ways": "Wege der Benachrichtigung",
    "email": "E-Mail-Adresse",
    "email_hint": "Wir senden zuerst einen Link dorthin. Nur wer ihn öffnet und bestätigt, ist angemeldet.",
    "url": "Adresse Ihres Webhooks",
    "url_hint": "Sie beginnt mit https:// und muss eine Prüfanfrage beantworten, bevor sie etwas erfährt.",
    "hook_email_hint": "Um den Webhook zu bestätigen und Ihnen zu sagen, wenn er nicht mehr antwortet.",
    "what": "Wovon möchten Sie hören?",
    "everything": "Von allem, auch von dem, was später dazukommt",
    "some": "Nur von dem, was ich auswähle",
    "all_of": "Alles unter {group}",
    "other_services": "Weitere Dienste",
    "language": "Sprache",
    "send": "Abonnieren",
    "feeds_lead": "Ohne Adresse: Geben Sie einen dieser Links Ihrem Feedreader oder Kalender.",
    "feed_json": "JSON-Feed",
    "sent_title": "Sehen Sie in Ihr Postfach",
    "sent": (
        "Wenn diese Adresse angemeldet werden kann, ist eine E-Mail mit einem Link unterwegs. Der Link gilt "
        "{hours} Stunden."
    ),
    "sent_again": "Nach einigen Minuten noch nichts da? Sehen Sie im Spam-Ordner nach.",
    "confirm_title": "Bestätigen Sie Ihr Abonnement",
    "confirm_text": "{address} wird hiervon hören:",
    "confirm_button": "Bestätigen",
    "confirmed_title": "Sie sind angemeldet",
    "confirmed": "Von jetzt an erfahren Sie, was sich ändert.",
    "manage_title": "Ihr Abonnement",
    "save": "Speichern",
    "saved": "Gespeichert.",
    "leave_title": "Abmelden",
    "leave_text": (
        "{address} hört nichts mehr von uns. Wir löschen die Adresse. {days} Tage lang behalten wir einen "
        "Fingerabdruck davon, den niemand lesen kann, damit niemand uns immer wieder dorthin schreiben lässt."
    ),
    "leave_button": "Abmelden",
    "left_title": "Sie sind abgemeldet",
    "left": "Die Adresse ist gelöscht. Sie hören nichts mehr von uns.",
    "standing_pending": "Noch nicht bestätigt",
    "standing_unverified": "Ihr Empfänger ist noch nicht geprüft",
    "standing_active": "Aktiv",
    "standing_disabled": "Abgeschaltet",
    "stop_bounced": "Unsere E-Mails an diese Adresse kamen zurück.",
    "stop_failing": "Ihr Empfänger hat lange nicht angenommen, was wir gesendet haben.",
    "stop_gone": "Ihr Empfänger meldete, dass es ihn nicht mehr gibt (410).",
    "secret_title": "Geheimnis der Signatur",
    "secret_once": "Kopieren Sie es jetzt: Es wird nur dieses eine Mal gezeigt.",
    "secret_hint": "Jede Anfrage ist nach Standard Webhooks signiert.",
    "secret_new": "Neues Geheimnis erzeugen",
    "secret_new_hint": "Das alte wird von da an nicht mehr benutzt.",
    "verify_title": "Prüfen Sie Ihren Empfänger",
    "verify_text": (
        "Wir senden ihm eine signierte Anfrage der Art subscription.verify. Er muss mit 2xx antworten, mit "
        "dem Wert von data.challenge als Inhalt."
    ),
    "verify_button": "Prüfanfrage senden",
    "verified": "Ihr Empfänger hat geantwortet. Der Webhook ist eingeschaltet.",
    "verify_failed": "Ihr Empfänger hat nicht wie erwartet geantwortet:",
    "wrong_email": "Das ist keine E-Mail-Adresse.",
    "wrong_url": (
        "Diese Adresse können wir nicht aufrufen: Sie muss mit https:// beginnen und ins öffentliche Internet führen."
    ),
    "nothing_chosen": "Wählen Sie mindestens einen Dienst oder alles.",
    "too_many": "Aus Ihrem Netz kamen zu viele Anmeldungen. Bitte versuchen Sie es in einer Stunde wieder.",
    "too_often": "Das war zu oft. Bitte versuchen Sie es in einer Stunde wieder.",
    "mend": "Noch wurde nichts gesendet. Bitte berichtigen Sie:",
    "gone_title": "Dieser Link führt nirgendwohin mehr",
    "gone_text": "Das Abonnement ist beendet, oder der Link ist zu alt.",
    "again": "Neu abonnieren",
    "mail_reason": "Sie erhalten dies, weil Sie den Status von {site} abonniert haben.",
    "mail_manage": "Wählen, wovon Sie hören",
    "mail_unsubscribe": "Abmelden",
    "mail_read": "Auf der Statusseite lesen",
    "mail_affected": "Betroffen",
    "mail_confirm_subject": "Bestätigen Sie Ihr Abonnement des Status von {site}",
    "mail_confirm": (
        "Jemand, hoffentlich Sie, hat uns gebeten, an diese Adresse zu schreiben, wenn bei {site} etwas "
        "nicht stimmt und wenn es wieder in Ordnung ist."
    ),
    "mail_confirm_hook": (
        "Jemand, hoffentlich Sie, hat uns gebeten, Änderungen bei {site} an den Webhook bei {host} zu senden."
    ),
    "mail_confirm_do": "Wenn Sie das waren, bestätigen Sie es innerhalb von {hours} Stunden",
    "mail_confirm_not": (
        "Wenn nicht, tun Sie nichts, oder sagen Sie es uns, und wir fragen diese Adresse nicht wieder"
    ),
    "mail_already_subject": "Sie haben den Status von {site} abonniert",
    "mail_already": "Jemand wollte diese Adresse anmelden. Sie ist schon angemeldet.",
    "mail_stopped_subject": "Ihr Webhook für den Status von {site} ist abgeschaltet",
    "mail_stopped": "{host} hat unsere Nachrichten lange nicht angenommen. Wir senden deshalb keine mehr.",
    "mail_stopped_do": "Wieder einschalten",
}
