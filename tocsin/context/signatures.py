"""Signs short texts by the installation's secret, each for one purpose."""

import hashlib
import hmac

from itsdangerous import Signer


def signature_of(secret: bytes, purpose: str, text: str) -> str:
    """The signature of a text; one for another purpose is none."""
    return Signer(secret, salt=purpose, digest_method=hashlib.sha256).get_signature(text.encode()).decode()


def is_signature(signature: str, secret: bytes, purpose: str, text: str) -> bool:
    """Whether it is the text's signature for that purpose; takes as long where it is not."""
    return hmac.compare_digest(signature.encode(), signature_of(secret, purpose, text).encode())
