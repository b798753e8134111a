"""Signs the tokens by which the exchange proves to the desk which of its customers writes."""

import base64
import hashlib
import hmac
import json
import time

from tocsin.demo.customers import Customer

LASTS_S = 3600


def customer_token(customer: Customer, key: bytes) -> str:
    """A JSON Web Token (RFC 7519), signed with HS256: `sub`, `email`, and `exp`, an hour from now."""
    claims = {"sub": customer.id, "email": customer.email, "exp": int(time.time()) + LASTS_S}
    signed = b".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return (signed + b"." + _encoded(hmac.new(key, signed, hashlib.sha256).digest())).decode()


def _encoded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
