"""Signs the tokens by which the exchange proves to the desk which of its customers writes."""

import time

import jwt

from tocsin.demo.customers import Customer

LASTS_S = 3600


def customer_token(customer: Customer, key: bytes) -> str:
    """A JSON Web Token (RFC 7519), signed with HS256: `sub`, `email`, and `exp`, an hour from now."""
    claims = {"sub": customer.id, "email": customer.email, "exp": int(time.time()) + LASTS_S}
    return jwt.encode(claims, key, algorithm="HS256")
