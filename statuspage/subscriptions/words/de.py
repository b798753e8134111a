"""The words of subscriptions in German."""

WORDS = {
    "title": "Benachrichtigungen abonnieren",
    "lead": (
        "Wir schreiben, wenn etwas nicht stimmt, wenn es Neues dazu gibt und wenn es wieder funktioniert. Sonst nichts."
    ),
    "by_mail": "Per E-Mail",
    "by_webhook": "Per Webhook",
    "by_feed": "Per Feed",
    "ways": "Wege der Benachrichtigung",
    "email": "E-Mail-Adresse",
    "email_hint": (
        "Wir senden zuerst einen Link dorthin. Das Abonnement beginnt, sobald er geöffnet und bestätigt wurde."
    ),
    "url": "Adresse Ihres Webhooks",
    "url_hint": "Sie beginnt mit https:// und muss eine Prüfanfrage beantworten, bevor wir etwas dorthin senden.",
    "hook_email_hint": "Um den Webhook zu bestätigen und um Ihnen Bescheid zu geben, wenn er nicht mehr funktioniert.",
    "what": "Worüber möchten Sie informiert werden?",
    "everything": "Über alles, auch über später Hinzugefügtes",
    "some": "Nur über das, was ich auswähle",
    "all_of": "Alles unter {group}",
    "other_services": "Weitere Dienste",
    "language": "Sprache",
    "send": "Abonnieren",
    "feeds_lead": "Ohne Adresse: Fügen Sie einen dieser Links Ihrem Feedreader oder Ihrem Kalender hinzu.",
    "feed_json": "JSON-Feed",
    "sent_title": "Prüfen Sie Ihr Postfach",
    "sent": (
        "Wenn für diese Adresse ein Abonnement möglich ist, ist eine E-Mail mit einem Link unterwegs. Der Link "
        "gilt {time}."
    ),
    "sent_again": "Nach einigen Minuten noch nichts da? Sehen Sie in Ihrem Spam-Ordner nach.",
    "confirm_title": "Bestätigen Sie Ihr Abonnement",
    "confirm_text": "{address} erhält Meldungen zu:",
    "confirm_button": "Bestätigen",
    "confirmed_title": "Ihr Abonnement ist aktiv",
    "confirmed": "Ab jetzt benachrichtigen wir Sie, wenn sich etwas ändert.",
    "manage_title": "Ihr Abonnement",
    "save": "Speichern",
    "saved": "Gespeichert.",
    "leave_title": "Abonnement beenden",
    "leave_text": (
        "{address} erhält keine Nachrichten mehr. Wir löschen die Adresse. {time} lang behalten wir einen "
        "Fingerabdruck davon, den niemand lesen kann, damit uns niemand dazu bringen kann, immer wieder dorthin zu "
        "schreiben."
    ),
    "leave_button": "Abonnement beenden",
    "left_title": "Ihr Abonnement ist beendet",
    "left": "Die Adresse ist gelöscht. Sie erhalten keine Nachrichten mehr von uns.",
    "standing_pending": "Noch nicht bestätigt",
    "standing_unverified": "Ihr Empfänger ist noch nicht geprüft",
    "standing_active": "Aktiv",
    "standing_disabled": "Abgeschaltet",
    "stop_bounced": "Unsere E-Mails an diese Adresse kamen zurück.",
    "stop_failing": "Ihr Empfänger hat unsere Nachrichten lange nicht angenommen.",
    "stop_gone": "Ihr Empfänger meldete, dass es ihn nicht mehr gibt (410).",
    "secret_title": "Signaturschlüssel",
    "secret_once": "Kopieren Sie ihn jetzt: Er wird nur dieses eine Mal angezeigt.",
    "secret_hint": "Jede Anfrage ist nach Standard Webhooks signiert.",
    "secret_new": "Neuen Schlüssel erzeugen",
    "secret_new_hint": "Der alte wird ab dann nicht mehr verwendet.",
    "verify_title": "Prüfen Sie Ihren Empfänger",
    "verify_text": (
        "Wir senden ihm eine signierte Anfrage der Art subscription.verify. Er muss mit 2xx antworten, mit dem "
        "Wert von data.challenge als Inhalt."
    ),
    "verify_button": "Prüfanfrage senden",
    "verified": "Ihr Empfänger hat geantwortet. Der Webhook ist eingeschaltet.",
    "verify_failed": "Ihr Empfänger hat nicht wie erwartet geantwortet:",
    "wrong_email": "Das ist keine E-Mail-Adresse.",
    "wrong_url": (
        "Diese Adresse können wir nicht aufrufen: Sie muss mit https:// beginnen und ins öffentliche Internet führen."
    ),
    "nothing_chosen": "Wählen Sie mindestens einen Dienst oder alles.",
    "too_many": "Aus Ihrem Netzwerk kamen zu viele Anmeldungen. Bitte versuchen Sie es in einer Stunde noch einmal.",
    "too_often": "Das war zu oft. Bitte versuchen Sie es in einer Stunde noch einmal.",
    "mend": "Noch wurde nichts gesendet. Bitte korrigieren Sie:",
    "gone_title": "Dieser Link funktioniert nicht mehr",
    "gone_text": "Das Abonnement ist beendet, oder der Link ist zu alt.",
    "again": "Erneut abonnieren",
    "mail_reason": "Sie erhalten dies, weil Sie den Status von {site} abonniert haben.",
    "mail_manage": "Abonnement verwalten",
    "mail_unsubscribe": "Abonnement beenden",
    "mail_read": "Auf der Statusseite lesen",
    "mail_affected": "Betroffen",
    "mail_confirm_subject": "Bestätigen Sie Ihr Abonnement des Status von {site}",
    "mail_confirm": (
        "Jemand, hoffentlich Sie, hat uns gebeten, an diese Adresse zu schreiben, wenn bei {site} etwas nicht "
        "stimmt und wenn es wieder funktioniert."
    ),
    "mail_confirm_hook": (
        "Jemand, hoffentlich Sie, hat uns gebeten, Änderungen bei {site} an den Webhook bei {host} zu senden."
    ),
    "mail_confirm_do": "Wenn Sie das waren, bestätigen Sie es innerhalb von {time}",
    "mail_confirm_not": (
        "Wenn Sie es nicht waren, tun Sie nichts, oder sagen Sie es uns, dann fragen wir diese Adresse nicht noch "
        "einmal"
    ),
    "mail_already_subject": "Sie haben den Status von {site} abonniert",
    "mail_already": "Jemand wollte für diese Adresse ein Abonnement einrichten. Es besteht bereits.",
    "mail_stopped_subject": "Ihr Webhook für den Status von {site} ist abgeschaltet",
    "mail_stopped": "{host} hat unsere Nachrichten lange nicht angenommen. Wir senden deshalb keine mehr.",
    "mail_stopped_do": "Wieder einschalten",
    "hours_one": "{count} Stunde",
    "hours_other": "{count} Stunden",
    "days_one": "{count} Tag",
    "days_other": "{count} Tage",
}
