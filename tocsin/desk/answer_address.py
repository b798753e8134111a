"""The address that an answer to a ticket's mail goes to: the desk's own, with a signed tag that names the ticket."""

import hashlib
import re
from collections.abc import Iterable
from hmac import compare_digest

from tickets.address import LOCAL_MAX
from tocsin.context.signatures import signature_of
from tocsin.desk.desk import Desk

ANSWER = "answer"
SIGNED = 20  # hexadecimal digits: an address is read in any case, so no longer alphabet can be used
_TAG = re.compile(rf"\+([a-z0-9]{{16}})\.([0-9a-f]{{{SIGNED}}})@")


def answer_address(desk: Desk, ticket_id: str) -> str:
    """support+TICKET.SIGNATURE@example.com where the mail server takes tags; "" = the desk's own address."""
    local, _, domain = desk.answers_to.rpartition("@")
    tagged = f"{local}+{ticket_id}.{_signature(desk, ticket_id)}"
    return f"{tagged}@{domain}" if desk.tags_answers and local and len(tagged) <= LOCAL_MAX else ""


def ticket_named(desk: Desk, addresses: Iterable[str]) -> str:
    """The id of the ticket that one of the addresses names with our signature; "" = none does."""
    for address in addresses:
        found = _TAG.search(address.casefold())
        if found and compare_digest(found[2], _signature(desk, found[1])):
            return found[1]
    return ""


def _signature(desk: Desk, ticket_id: str) -> str:
    return hashlib.sha256(signature_of(desk.secret, ANSWER, ticket_id).encode()).hexdigest()[:SIGNED]
