"""Who asks: a person's token, an installation's token, the App's own JWT, or nobody."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .facts import Account, Installation, InstallationToken, Repository
from .hub import Actor, Hub, RefusedError
from .store import text_of

ANYBODY = Actor(Account(login=""))
TOKEN_LIFE = timedelta(hours=1)
JWT_LIFE = timedelta(minutes=10)
BAD_CREDENTIALS = "Bad credentials"
SUSPENDED = "This installation has been suspended"
BAD_JWT = "A JSON web token could not be decoded"
LEVELS = ("read", "write", "admin")


@dataclass(frozen=True)
class Credentials:
    """An actor, or the App itself (which acts on installations alone)."""

    actor: Actor
    is_app: bool = False


def private_key_file(hub: Hub) -> Path:
    """Where the App's private key is kept."""
    return hub.state / "app.private-key.pem"


def create_private_key(file: Path) -> None:
    """A fresh RSA key stands in the file, readable by its owner alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    file.touch(mode=0o600)
    file.write_bytes(pem)


@cache
def _public_key(file: Path) -> rsa.RSAPublicKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{file} holds no RSA key")
    return key.public_key()


def identify(hub: Hub, authorization: str) -> Credentials:
    """Who the header speaks for; RefusedError 401 where it speaks for nobody known."""
    if not authorization:
        return Credentials(ANYBODY)
    scheme, _, value = authorization.partition(" ")
    match scheme.lower():
        case "bearer" | "token":
            token = value.strip()
        case "basic":
            token = _password(value)
        case _:
            raise RefusedError(401, BAD_CREDENTIALS)
    if token.startswith("ghs_"):
        return Credentials(_installation(hub, token))
    if token.count(".") == 2:
        _check_jwt(hub, token)
        return Credentials(ANYBODY, is_app=True)
    account = hub.store.find(Account, token=token) if token else None
    if account is None:
        raise RefusedError(401, BAD_CREDENTIALS)
    return Credentials(Actor(account))


def _password(value: str) -> str:
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        raise RefusedError(401, BAD_CREDENTIALS) from None
    return password if password and password != "x-oauth-basic" else user  # noqa: S105


def _check_jwt(hub: Hub, token: str) -> None:
    options = {"require": ["iat", "exp", "iss"], "verify_iat": False, "verify_exp": False}
    try:
        claims = jwt.decode(token, _public_key(private_key_file(hub)), algorithms=["RS256"], options=options)  # type: ignore[arg-type]
        now, issued, expires = hub.store.clock().timestamp(), float(claims["iat"]), float(claims["exp"])
    except (jwt.InvalidTokenError, TypeError, ValueError):
        raise RefusedError(401, BAD_JWT) from None
    if str(claims["iss"]) not in (str(hub.app.id), hub.app.client_id):
        raise RefusedError(404, "Integration not found")
    if expires <= now:
        raise RefusedError(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if expires > now + JWT_LIFE.total_seconds() + 60:
        raise RefusedError(401, "'Expiration time' claim ('exp') is too far in the future")
    if issued > now + 60:
        raise RefusedError(401, "'Issued at' claim ('iat') must be an Integer representing the time of the assertion")


def _installation(hub: Hub, token: str) -> Actor:
    fact = hub.store.find(InstallationToken, token=token)
    if fact is None or fact.revoked or fact.expires_at <= hub.store.now():
        raise RefusedError(401, BAD_CREDENTIALS)
    bot = hub.store.get(Account, hub.app.bot_id)
    installation = hub.store.find(Installation, id=fact.installation_id)
    if installation is None:
        raise RefusedError(401, BAD_CREDENTIALS)
    if installation.suspended_at:
        raise RefusedError(403, SUSPENDED)
    return Actor(bot, installation, fact.permissions, fact.repository_ids)


def create_token(
    hub: Hub, installation: Installation, permissions: dict[str, str], repositories: Sequence[Repository]
) -> InstallationToken:
    """A token that lives an hour, within the App's permissions and the installation's repositories; 422 beyond them."""
    if installation.suspended_at:
        raise RefusedError(403, SUSPENDED)
    granted = hub.app.permissions
    for name, level in permissions.items():
        if level not in LEVELS or LEVELS.index(level) > LEVELS.index(granted.get(name, "read")) or name not in granted:
            raise RefusedError(422, "The permissions requested are not granted to this installation.")
    for repository in repositories:
        if repository.id not in installation.repository_ids:
            message = (
                "There is at least one repository that does not exist or is not accessible to the parent installation."
            )
            raise RefusedError(422, message)
    now = hub.store.clock()
    return hub.store.add(
        InstallationToken(
            token=_token(hub, installation),
            installation_id=installation.id,
            repository_ids=tuple(repository.id for repository in repositories),
            # Every installation may read metadata.
            permissions={**(permissions or granted), "metadata": "read"},
            expires_at=text_of(now + TOKEN_LIFE),
        )
    )


def _token(hub: Hub, installation: Installation) -> str:
    """As long (about 520 characters) and as shaped as GitHub's: `ghs_` and three parts like those of a JWT."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    header = part(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    claims = {"iss": hub.app.slug, "sub": f"installation:{installation.id}", "jti": secrets.token_hex(16)}
    return f"ghs_{header}.{part(json.dumps(claims).encode())}.{part(secrets.token_bytes(256))}"
