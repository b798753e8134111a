"""The keys of the mailbox that is read."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from tocsin.config.keys import Keys, Text
from tocsin.config.scalars import FilePath, LongerThanNothing, Variable
from tocsin.config.secret import Secret, secret_at


class InboundSettings(Keys):
    """The mailbox that customers' answers arrive in, read over IMAP."""

    host: Text = Field(examples=["mail.internal"])
    """The server's name or address."""
    port: int = Field(default=993, ge=1, le=65535)
    """The server's port."""
    tls: Literal["starttls", "tls", "none"] = "tls"
    """tls = encrypted from the first byte, starttls = after the greeting, none = not at all, on this machine alone."""
    user: Text = Field(examples=["support"])
    """Who signs in."""
    password_env: Variable | None = Field(default=None, examples=["IMAP_PASSWORD"])
    """The variable that holds the user's password."""
    password_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/imap-password"])
    """The file that holds the user's password."""
    folder: Text = Field(default="INBOX", examples=["INBOX"])
    """The folder that is read. Nothing is deleted in it."""
    every: LongerThanNothing = Field(default=timedelta(seconds=30), examples=["30s"])
    """How often it is looked into."""
    tags: bool = False
    """Whether the mail server takes tagged addresses (support+tag@example.com): then answers go to one that names the
    ticket."""

    @property
    def password(self) -> Secret | None:
        """Where the password is."""
        return secret_at(self.password_env, self.password_file)
