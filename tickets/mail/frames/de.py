"""Mails in German."""

WORDS = {
    "hello": "Guten Tag,",
    "hello.name": "Guten Tag {name},",
    "received.subject": "Wir haben Ihre Nachricht erhalten",
    "received.number": "Ihre Anfrage hat die Nummer {number}.",
    "received.alone": "Wir haben Ihre Nachricht erhalten. Jemand aus unserem Team liest sie und antwortet Ihnen.",
    "joined.lead": (
        "Ihre Nachricht gehört jetzt zu Ihrer Anfrage {number} über dieselbe Transaktion. Dort wird sie beantwortet."
    ),
    "joined.else": "Wenn es Ihnen um etwas anderes geht, schreiben Sie es in jener Anfrage, und ein Mensch liest es.",
    "linked.lead": "Wir kennen ein Problem, das zu Ihrer Nachricht passt:",
    "linked.waits": (
        "Ihre Anfrage ist damit verknüpft: Wir schreiben Ihnen, sobald es Neues gibt und wenn es gelöst ist. "
        "Sie müssen nicht noch einmal schreiben."
    ),
    "linked.else": (
        "Wenn das nicht Ihr Problem ist, schreiben Sie es auf die Seite Ihrer Anfrage, und ein Mensch liest es."
    ),
    "linked.reply": "Wenn das nicht Ihr Problem ist, antworten Sie auf diese Mail, und ein Mensch liest sie.",
    "question.subject": "Ist es das? {title}",
    "question.lead": "Wir kennen ein Problem, um das es in Ihrer Nachricht gehen könnte:",
    "question.ask": (
        "Ist es das? Bitte antworten Sie auf der Seite Ihrer Anfrage mit Ja oder Nein: Ein Klick genügt. "
        "Bei Ja schreiben wir Ihnen, sobald es Neues gibt und wenn es gelöst ist."
    ),
    "question.reply": (
        "Ist es das? Bitte antworten Sie mit Ja oder Nein. Bei Ja schreiben "
        "wir Ihnen, sobald es Neues gibt und wenn es gelöst ist."
    ),
    "question.else": (
        "Wenn es etwas anderes ist oder Sie nichts sagen, liest "
        "jemand aus unserem Team Ihre Nachricht und antwortet Ihnen."
    ),
    "mistaken.subject": "Richtigstellung: Unsere Nachricht betraf ein anderes Problem",
    "mistaken.title": "Wir haben Ihnen geschrieben, als ginge es in Ihrer Anfrage um dieses Problem: {title}",
    "mistaken.lead": "Wir haben Ihnen geschrieben, als ginge es in Ihrer Anfrage um ein uns bekanntes Problem",
    "mistaken.sorry": (
        "Das war unser Fehler, es stimmt nicht. Bitte betrachten Sie diese Nachricht als gegenstandslos."
    ),
    "mistaken.open": "Ihre Anfrage ist offen. Jemand aus unserem Team liest sie und antwortet Ihnen.",
    "withdrawn.subject": "Richtigstellung: Bitte ignorieren Sie unsere Antwort",
    "withdrawn.lead": "Diese Antwort haben wir Ihnen irrtümlich geschickt. Bitte beachten Sie sie nicht:",
    "withdrawn.goes_on": "Mit Ihrer Anfrage geht es weiter, als hätten wir sie nicht geschickt.",
    "so_far.subject": "Stand der Dinge: {title}",
    "so_far.lead": "Wir haben Ihre Nachricht. Das wissen wir zurzeit:",
    "so_far.news": "Wir schreiben Ihnen, sobald es Neues gibt und wenn es gelöst ist.",
    "so_far.else": (
        "Wenn es Ihnen um etwas anderes geht, schreiben Sie es auf die Seite Ihrer Anfrage, und ein Mensch liest es."
    ),
    "update.subject": "Neuigkeit: {title}",
    "update.news": "Wir schreiben wieder, sobald es Neues gibt.",
    "return.subject": "Noch nicht vorbei: {title}",
    "return.waits": "Ihre Anfrage ist wieder offen und wartet darauf: Wir schreiben Ihnen, wenn es gelöst ist.",
    "solved.subject": "Gelöst: {title}",
    "solved.marked": "Wir haben Ihre Anfrage als gelöst vermerkt.",
    "solved.still": (
        "Noch nicht gelöst? Schreiben Sie es auf die Seite Ihrer Anfrage: "
        "Sie wird wieder geöffnet, und ein Mensch liest es."
    ),
    "solved.reply": (
        "Noch nicht gelöst? Antworten Sie auf diese Mail: Ihre Anfrage wird wieder geöffnet, und ein Mensch liest sie."
    ),
    "solved.not_done": (
        "Ihre eigene Transaktion ist noch nicht abgeschlossen: {numbers} bleibt offen, und ein Mensch sieht es sich an."
    ),
    "solved.kept": (
        "Sie haben uns gesagt, dass {numbers} damit nicht erledigt "
        "ist: Es bleibt offen, und ein Mensch antwortet Ihnen."
    ),
    "correction.subject": "Richtigstellung: {title}",
    "correction.replaces": "Das ersetzt, was wir Ihnen zuvor geschrieben haben.",
    "retraction.open": "Ihre Anfrage bleibt offen: Jemand aus unserem Team liest sie und antwortet Ihnen.",
    "reply.subject": "Antwort auf Ihre Nachricht",
    "where.state": "Aktueller Stand: ",
    "where.ticket": "Ihre Anfrage: ",
}
