"""Mails in English."""

WORDS = {
    "hello": "Hello,",
    "hello.name": "Hello {name},",
    "received.subject": "We have received your message",
    "received.number": "Your ticket has the number {number}.",
    "received.alone": "We have received your message. A member of our team will read it and answer you.",
    "joined.lead": (
        "Your message is now part of your ticket {number}, which is about the same transaction. It is answered there."
    ),
    "joined.else": "If it is about something else, say so in that ticket and a person will read it.",
    "linked.lead": "We know of a problem that fits what you wrote:",
    "linked.waits": (
        "Your ticket is linked to it: we will write to you when there is news and when it is solved. "
        "You need not write again."
    ),
    "linked.else": "If this is not your problem, say so on the page of your ticket and a person will read it.",
    "linked.reply": "If this is not your problem, answer this mail and a person will read it.",
    "question.subject": "Is it this? {title}",
    "question.lead": "We know of a problem that may be what you wrote about:",
    "question.ask": (
        "Is it this? Please say yes or no on the page of your ticket: one click is enough. "
        "If you say yes, we will write to you when there is news and when it is solved."
    ),
    "question.reply": (
        "Is it this? Please answer with yes or no. If you say yes, we "
        "will write to you when there is news and when it is solved."
    ),
    "question.else": (
        "If it is something else, or you say nothing, a member of our team will read your message and answer you."
    ),
    "mistaken.subject": "Correction: what we wrote was about another problem",
    "mistaken.title": "We wrote to you as if your ticket were about this problem: {title}",
    "mistaken.lead": "We wrote to you as if your ticket were about a problem that we know of",
    "mistaken.sorry": "That was our mistake: it is not. Please disregard what we wrote about it.",
    "mistaken.open": "Your ticket is open, and a member of our team will read it and answer you.",
    "withdrawn.subject": "Correction: please disregard our answer",
    "withdrawn.lead": "We sent you this answer by mistake. Please disregard it:",
    "withdrawn.goes_on": "Your ticket goes on as if we had not sent it.",
    "so_far.subject": "Where it stands: {title}",
    "so_far.lead": "We have your message. This is what we know now:",
    "so_far.news": "We will write to you when there is news and when it is solved.",
    "so_far.else": (
        "If your message is about something else, say so on the page of your ticket and a person will read it."
    ),
    "update.subject": "Update: {title}",
    "update.news": "We will write again when there is news.",
    "return.subject": "Not over: {title}",
    "return.waits": "Your ticket is open again and waits for this: we will write to you when it is solved.",
    "solved.subject": "Solved: {title}",
    "solved.marked": "We have marked your ticket as solved.",
    "solved.still": "Still not solved? Say so on the page of your ticket: it opens again and a person will read it.",
    "solved.reply": "Still not solved? Answer this mail: your ticket opens again and a person will read it.",
    "solved.not_done": ("Your own transaction is not done yet: {numbers} stays open, and a person will look at it."),
    "solved.kept": ("You told us that this does not settle {numbers}: it stays open, and a person will answer you."),
    "correction.subject": "Correction: {title}",
    "correction.replaces": "This replaces what we wrote to you before.",
    "retraction.open": "Your ticket stays open: a member of our team will read it and answer you.",
    "reply.subject": "Answer to your message",
    "where.state": "Current state: ",
    "where.ticket": "Your ticket: ",
}
