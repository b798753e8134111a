"""The parts of an installation that a reload keeps: database, key, metrics, samples and memory of watches."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from detectors.sources.byte_budget import ByteBudget
from detectors.sources.scrape_store import ScrapeStore
from tocsin.config import Config, PushSettings, ScrapeSettings
from tocsin.context.clock_jumps import wall_clock
from tocsin.context.metrics import Metrics
from tocsin.context.scrape_memory import ScrapeMemory
from tocsin.context.watch_memory import WatchMemory
from tocsin.page.sparklines import Sparklines
from tocsin.storage import Cipher, Store, WrongKey, load_cipher, migrate, open_store
from tocsin.wiring.sources import SAMPLES

KEY_FILE = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The parts that a reload keeps. since: when this installation began; the page claims nothing before."""

    store: Store
    cipher: Cipher
    metrics: Metrics
    since: datetime
    clock: Callable[[], datetime]
    samples: ScrapeStore
    memory: WatchMemory = field(default_factory=WatchMemory)
    scraped: ScrapeMemory = field(default_factory=ScrapeMemory)
    sparklines: Sparklines = field(default_factory=Sparklines)
    budget: ByteBudget = field(default_factory=ByteBudget)

    def close(self) -> None:
        """Closes the database and the kept samples."""
        self.store.close()
        self.samples.close()


DATA_MODE = 0o711
"""Others find nothing in the data folder; a web server may reach the page's folder through it, whose name it knows."""


def database_url(config: Config) -> str:
    """The database's URL including its password; for the driver only, never for a message."""
    password = config.database_password
    if password is None:
        return config.database_url
    parts = urlsplit(config.database_url)
    user = f"{parts.username or ''}:{quote(password.reveal(), safe='')}"
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}@{place}").geturl()


def cipher_of(config: Config) -> Cipher:
    """The installation's key: from the environment, or from the file made at the first start."""
    if not config.data.exists():
        config.data.mkdir(parents=True, exist_ok=True)
        config.data.chmod(DATA_MODE)  # whatever umask the service runs under
    return load_cipher(config.data / KEY_FILE)


def keep(config: Config, clock: Callable[[], datetime] = wall_clock) -> Kept:
    """Opens the database, migrated to this release. Raises WrongKey, StorageError."""
    key = config.data / KEY_FILE
    was_there = key.exists()
    cipher = cipher_of(config)
    url = database_url(config)
    migrate(url)
    try:
        store = open_store(url, cipher)
    except WrongKey as error:
        if was_there or not key.exists():
            raise
        key.unlink()  # made a moment ago, and good for nothing
        raise WrongKey(f"{key} is missing, and only it opens the database: put it back from your backup") from error
    store.figures.use_time_zone(config.site.time_zone)
    kept = Kept(
        store=store,
        cipher=cipher,
        metrics=Metrics(),
        since=store.began_at(clock()),
        clock=clock,
        samples=_samples(config),
    )
    kept.metrics.answer_bytes.set_function(lambda: kept.budget.used)
    return kept


def _samples(config: Config) -> ScrapeStore:
    keeps = [s.keep for s in config.sources.values() if isinstance(s, ScrapeSettings | PushSettings)]
    return ScrapeStore(config.data / SAMPLES, retention=max(keeps, default=timedelta(days=30)))
