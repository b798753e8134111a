"""Builds the public page's site, theme and targets from the configuration."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incidents.component import ComponentGraph
from incidents.public import DisclosureSettings
from statuspage.picture import picture
from statuspage.publishers.directory import DirectoryPublisher
from statuspage.publishers.publisher import Publisher
from statuspage.publishers.s3 import Bucket, S3Publisher
from statuspage.render import Renderer
from statuspage.site import Site
from statuspage.theme import Theme
from tocsin.config import Config, S3Target, Secret, ThemeSettings
from tocsin.context.word_check import WordCheck
from tocsin.page.leak_check import LeakCheck
from tocsin.page.publisher import PagePublisher
from tocsin.page.target import PageTarget
from tocsin.storage import Cipher
from tocsin.wiring.installation import Kept


def publisher_of(
    config: Config, kept: Kept, graph: ComponentGraph, disclosure: DisclosureSettings, words: WordCheck
) -> PagePublisher:
    """Builds the publisher of a configuration's page."""
    site = site_of(config, kept)
    return PagePublisher(
        store=kept.store,
        graph=graph,
        disclosure=disclosure,
        site=site,
        config=config,
        memory=kept.memory,
        sparklines=kept.sparklines,
        metrics=kept.metrics,
        renderer=Renderer(site, key=_signing_key(kept.cipher), overrides=config.page.templates),
        targets=_page_targets(config),
        directory=config.page_directory,
        words=words,
        leak_check=LeakCheck(config.path.name),
    )


def site_of(config: Config, kept: Kept) -> Site:
    """The public page's title, address, languages and look."""
    return sample_site(config, kept.since, kept.cipher.derived("page"))


def sample_site(config: Config, since: datetime, id_key: bytes = b"") -> Site:
    """The page of an installation, or one that nobody publishes: its records begin at `since`."""
    return Site(
        title=config.site.name,
        url=config.page_url,
        since=since,
        heartbeat=config.page.heartbeat,
        language=config.site.languages[0],
        languages=tuple(dict.fromkeys(one for one in config.site.languages[1:] if one != config.site.languages[0])),
        home_url=config.page.home_url or "",
        support_url=f"{config.site.public_url}/support",
        subscribe_url=f"{config.site.public_url}/subscribe" if config.subscriptions else "",
        id_key=id_key,
        theme=_theme(config.page.theme),
    )


def _theme(look: ThemeSettings) -> Theme:
    logo, favicon = (picture(path.read_bytes()) if path else None for path in (look.logo, look.favicon))
    return Theme(light=look.light, dark=look.dark, logo=logo, favicon=favicon)


def _page_targets(config: Config) -> tuple[PageTarget, ...]:
    """The folder that the service itself shows, then the further places."""
    publishers: list[Publisher] = [DirectoryPublisher(config.page_directory)]
    for target in config.page.targets:
        if target.directory:
            publishers.append(DirectoryPublisher(target.directory))
        if target.s3:
            publishers.append(S3Publisher(_bucket(target.s3)))
    return tuple(map(PageTarget, publishers))


def _bucket(target: S3Target) -> Bucket:
    def revealed(secret: Secret | None) -> str:
        return secret.reveal() if secret else ""

    return Bucket(
        name=target.bucket,
        prefix=target.prefix,
        region=target.region,
        endpoint=target.endpoint or "",
        access_key=revealed(target.access_key),
        secret_key=revealed(target.secret_key),
        session_token=revealed(target.session_token),
        virtual_hosted=target.virtual_hosted,
        certificates=target.ca_file.read_bytes() if target.ca_file else b"",
    )


def _signing_key(cipher: Cipher) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(cipher.derived("page signature"))
