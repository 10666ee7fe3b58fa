"""Verifies webhook signatures."""

import hashlib
import hmac


def sign(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256`.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(secret: str, body: bytes, signature: str) -> bool:
    """Whether `signature` is valid for this body and secret, compared in constant time."""
    return hmac.compare_digest(sign(secret, body).encode(), signature.encode("utf-8", "replace"))
