"""The public page's part of the configuration file: where it is published to, and what it looks like."""

from typing import Annotated

from pydantic import Field

from tocsin.config.base import Body, Text
from tocsin.config.scalars import HttpUrl


class S3Body(Body):
    """A bucket of an object store that speaks S3. Without a key the machine's own ways are used (variables, role)."""

    bucket: Text
    prefix: str = Field(default="", pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._/-]*)?$")
    """The folder within the bucket; "" = the bucket is the page."""
    region: Text = "us-east-1"
    endpoint: HttpUrl | None = None
    """null = Amazon's; else the store's own address, such as https://minio.internal:9000."""
    access_key_env: Text | None = None
    access_key_file: Text | None = None
    secret_key_env: Text | None = None
    secret_key_file: Text | None = None
    session_token_env: Text | None = None
    session_token_file: Text | None = None
    virtual_hosted: bool = False
    """true = the bucket's name is in the host name, not in the path."""
    ca_file: Text | None = None
    """Certificates to trust beside the system's."""


class PageTargetBody(Body):
    """One more place that the page is published to: a directory, or a bucket."""

    directory: Text | None = None
    s3: S3Body | None = None


Colours = dict[Annotated[str, Field(pattern=r"^[a-z_-]+$")], Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]]


class ThemeBody(Body):
    """The page's look: colours by token, a logo, an icon."""

    light: Colours = {}
    """Colours such as {accent: "#0b5c8a"} over the shipped ones."""
    dark: Colours = {}
    """The same for those who prefer dark."""
    logo: Text | None = None
    """An SVG or PNG file, up to 8 KB; it stands beside the name."""
    favicon: Text | None = None
    """An SVG or PNG file, up to 8 KB; null = a bell."""
