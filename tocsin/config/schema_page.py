"""Declares the keys of the public page: where it is published to, and how it looks."""

from datetime import timedelta

from pydantic import Field

from tocsin.config.keys import Keys, Text
from tocsin.config.scalars import BaseUrl, Colours, FilePath, FolderUrl, HttpUrl, LongerThanNothing, Variable
from tocsin.config.secret import Secret, secret_at


class S3Target(Keys):
    """A bucket of an object store that speaks S3. Without a key the machine's own ways are used (variables, role)."""

    bucket: Text = Field(examples=["status"])
    """The bucket's name."""
    prefix: str = Field(default="", pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._/-]*)?$", examples=["page"])
    """The folder within the bucket; "" = the bucket is the page."""
    region: Text = Field(default="us-east-1", examples=["eu-central-1"])
    """The bucket's region."""
    endpoint: BaseUrl | None = Field(default=None, examples=["https://minio.internal:9000"])
    """null = Amazon's; else the store's own address, such as https://minio.internal:9000."""
    access_key_env: Variable | None = Field(default=None, examples=["PAGE_KEY"])
    """The variable that holds the access key."""
    access_key_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/page-key"])
    """The file that holds the access key."""
    secret_key_env: Variable | None = Field(default=None, examples=["PAGE_SECRET"])
    """The variable that holds the secret key."""
    secret_key_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/page-secret"])
    """The file that holds the secret key."""
    session_token_env: Variable | None = Field(default=None, examples=["PAGE_TOKEN"])
    """The variable that holds the session's token, where the keys are for a time."""
    session_token_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/page-token"])
    """The file that holds the session's token."""
    virtual_hosted: bool = False
    """true = the bucket's name is in the host name, not in the path."""
    ca_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/ca.pem"])
    """Certificates to trust beside the system's."""

    @property
    def access_key(self) -> Secret | None:
        """Where the access key is."""
        return secret_at(self.access_key_env, self.access_key_file)

    @property
    def secret_key(self) -> Secret | None:
        """Where the secret key is."""
        return secret_at(self.secret_key_env, self.secret_key_file)

    @property
    def session_token(self) -> Secret | None:
        """Where the session's token is."""
        return secret_at(self.session_token_env, self.session_token_file)


class TargetSettings(Keys):
    """One more place that the page is published to: a directory, or a bucket."""

    directory: FilePath | None = Field(default=None, examples=["/srv/mirror/status"])
    """A folder, which any web server can serve."""
    s3: S3Target | None = Field(
        default=None, examples=[{"bucket": "status", "access_key_env": "PAGE_KEY", "secret_key_env": "PAGE_SECRET"}]
    )
    """A bucket."""


class ThemeSettings(Keys):
    """The page's look: colours by token, a logo, an icon."""

    light: Colours = Field(default=(), examples=[{"accent": "#004477"}])
    """Colours such as {accent: "#0b5c8a"} over the shipped ones."""
    dark: Colours = Field(default=(), examples=[{"accent": "#9fd0ff"}])
    """The same for those who prefer dark."""
    logo: FilePath | None = Field(default=None, examples=["logo.svg"])
    """An SVG or PNG file, up to 8 KB; it stands beside the name."""
    favicon: FilePath | None = Field(default=None, examples=["icon.svg"])
    """An SVG or PNG file, up to 8 KB; null = a bell."""


class SparklineSettings(Keys):
    """A watch's figure on the public page."""

    watch: Text = Field(examples=["withdrawal-time"])
    """The watch's name."""
    title: Text = Field(examples=["Processing time"])
    """What the public reads: "Order latency"."""


class PageSettings(Keys):
    """The public status page, a folder of files that any web server can serve, see deploy/."""

    directory: FilePath | None = Field(default=None, examples=["/srv/www/status"])
    """null = page in the data folder; the service itself shows this one under /status/."""
    targets: tuple[TargetSettings, ...] = Field(
        default=(), examples=[[{"directory": "/srv/mirror/status"}, {"s3": {"bucket": "status", "prefix": "page"}}]]
    )
    """Further places; one that is down or slow delays no other, and catches up."""
    url: FolderUrl | None = Field(default=None, examples=["https://status.example.com"])
    """Where readers find the page, such as https://status.example.com; null = under /status/ of site.public_url."""
    home_url: HttpUrl | None = Field(default=None, examples=["https://www.example.com"])
    """The exchange's own site; the page's header then links to it."""
    theme: ThemeSettings = Field(
        default=ThemeSettings(), examples=[{"logo": "logo.svg", "light": {"accent": "#004477"}}]
    )
    """Its look."""
    templates: FilePath | None = Field(default=None, examples=["page-templates"])
    """A folder whose templates come before the shipped ones of the same name."""
    may_say: tuple[Text, ...] = Field(default=(), examples=[["layer-2"]])
    """Words that readers may see although they look internal: the leak check lets them through."""
    heartbeat: LongerThanNothing = Field(default=timedelta(minutes=1), examples=["1m"])
    """How often the page says that it is still alive."""
    history_days: int = Field(default=90, ge=1, le=3660)
    """Days of which the page shows incidents and availability."""
    sparklines: tuple[SparklineSettings, ...] = Field(
        default=(), examples=[[{"watch": "withdrawal-time", "title": "Processing time"}]]
    )
    """Watches whose figures the public sees, each as a line of the last day beside its components."""
