"""The store: its parts (tickets, incidents, outbox, …) over one database."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from tocsin.storage.action_items import ActionItems
from tocsin.storage.alerts import Alerts
from tocsin.storage.articles import Articles
from tocsin.storage.audit import Audit
from tocsin.storage.bulk_actions import BulkActions
from tocsin.storage.changes import ReportedChanges
from tocsin.storage.checkpoints import Checkpoints
from tocsin.storage.cipher import Cipher
from tocsin.storage.counting import insert_new
from tocsin.storage.database import Database
from tocsin.storage.deflections import Deflections
from tocsin.storage.desk_views import DeskViews
from tocsin.storage.engineering import EngineeringTickets
from tocsin.storage.errors import StorageError, WrongKey
from tocsin.storage.figures import Figures
from tocsin.storage.groupings import StoredGroupings
from tocsin.storage.helpdesks import Helpdesks
from tocsin.storage.inbound_mails import InboundMails
from tocsin.storage.incidents import Incidents
from tocsin.storage.link_answers import LinkAnswers
from tocsin.storage.maintenance import Maintenance
from tocsin.storage.oncall import StoredOncall
from tocsin.storage.oncall_queue import OncallQueues
from tocsin.storage.outbox import Outbox
from tocsin.storage.people import People
from tocsin.storage.postmortems import Postmortems
from tocsin.storage.presence import Presence
from tocsin.storage.proposals import StoredProposals
from tocsin.storage.read_before import ReadBefore
from tocsin.storage.reports import Reports
from tocsin.storage.retention import Retention
from tocsin.storage.schema import check_schema
from tocsin.storage.search import TicketSearch
from tocsin.storage.signals import Signals
from tocsin.storage.signin_links import SigninLinks
from tocsin.storage.silences import Silences
from tocsin.storage.sinks import Sinks
from tocsin.storage.subscribers import Subscribers
from tocsin.storage.subscriptions import Subscriptions
from tocsin.storage.surveys import Surveys
from tocsin.storage.suspicions import Suspicions
from tocsin.storage.tables.columns import EPOCH, microseconds
from tocsin.storage.tables.incidents import reported_changes, timeline
from tocsin.storage.tables.installation import counters, key_check
from tocsin.storage.tables.mail import outbox
from tocsin.storage.tables.people import audit
from tocsin.storage.tables.tickets import messages
from tocsin.storage.tickets import Tickets
from tocsin.storage.tracker_tickets import TrackerTickets
from tocsin.storage.undelivered import Undelivered

BEGAN = "began at"
TRIED = "tried to write at"
KEY_CHECK = "key check"
WORD = "tocsin"
_NEWEST = select(
    *(select(func.max(column)).scalar_subquery() for column in (timeline.c.id, messages.c.position, outbox.c.id)),
    *(select(func.max(column)).scalar_subquery() for column in (audit.c.position, reported_changes.c.position)),
)


class Store:
    """Everything that is kept, on SQLite or PostgreSQL, by parts. Safe to share between threads.

    Every call of a part is one transaction of its own (`tickets.change_all`: one a batch). Callables given to it run
    inside that transaction, must be pure and must not call the store again.
    """

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        read_before = ReadBefore()
        self.signals = Signals(database, cipher, read_before)
        self.alerts = Alerts(database, cipher, read_before)
        self.changes = ReportedChanges(database, cipher, read_before)
        self.suspicions = Suspicions(database, cipher, read_before)
        self.incidents = Incidents(database, cipher, read_before)
        self.groupings = StoredGroupings(database, cipher, read_before)
        self.oncall = StoredOncall(database, cipher, read_before)
        self.oncall_queues = OncallQueues(database, cipher, read_before)
        self.proposals = StoredProposals(database, cipher, read_before)
        self.sinks = Sinks(database, cipher, read_before)
        self.undelivered = Undelivered(database, cipher, read_before)
        self.silences = Silences(database, cipher, read_before)
        self.maintenance = Maintenance(database, cipher, read_before)
        self.engineering_tickets = EngineeringTickets(database, cipher, read_before)
        self.tracker_tickets = TrackerTickets(database, cipher, read_before)
        self.postmortems = Postmortems(database, cipher, read_before)
        self.action_items = ActionItems(database, cipher, read_before)
        self.checkpoints = Checkpoints(database, cipher, read_before)
        self.tickets = Tickets(database, cipher, read_before)
        self.link_answers = LinkAnswers(database, cipher, read_before)
        self.bulk_actions = BulkActions(database, cipher, read_before)
        self.search = TicketSearch(database, cipher, read_before)
        self.articles = Articles(database, cipher, read_before)
        self.desk_views = DeskViews(database, cipher, read_before)
        self.presence = Presence(database, cipher, read_before)
        self.deflections = Deflections(database, cipher, read_before)
        self.mail = Outbox(database, cipher, read_before)
        self.inbound_mails = InboundMails(database, cipher, read_before)
        self.signin_links = SigninLinks(database, cipher, read_before)
        self.surveys = Surveys(database, cipher, read_before)
        self.helpdesks = Helpdesks(database, cipher, read_before)
        self.subscriptions = Subscriptions(database, cipher, read_before)
        self.subscribers = Subscribers(database, cipher, read_before)
        self.people = People(database, cipher, read_before)
        self.audit = Audit(database, cipher, read_before)
        self.figures = Figures(database, cipher, read_before)
        self.reports = Reports(database, cipher, read_before)
        self.retention = Retention(database, cipher, read_before)

    def fence(self, term_of: Callable[[], int | None]) -> None:
        """What loops write from now on is refused unless the lease's term is what `term_of` says; see `as_leader`."""
        self._database.term_of = term_of

    def close(self) -> None:
        """Closes every connection."""
        self._database.close()

    def began_at(self, now: datetime) -> datetime:
        """When this installation first asked: `now` the first time, the same ever after."""
        with self._database.write() as connection:
            connection.execute(insert_new(connection, counters), {"name": BEGAN, "value": microseconds(now)})
            since = connection.execute(select(counters.c.value).where(counters.c.name == BEGAN)).scalar_one()
        return EPOCH + timedelta(microseconds=since)

    def last_change(self) -> str:
        """A text that is another one after each change of an incident, a ticket or a mail, and after each act.

        A reported change of the exchange is one too.
        """
        with self._database.read() as connection:
            return "-".join(str(number or 0) for number in connection.execute(_NEWEST).one())

    @property
    def lacks_room(self) -> str:
        """Why the last write failed for want of room on the disk, and what mends it; "" where it did not."""
        return self._database.room.lacks

    def try_to_write(self, now: datetime) -> None:
        """Writes a little. Raises NoRoomError where there is no room for it."""
        value = {"name": TRIED, "value": microseconds(now)}
        with self._database.write() as connection:
            connection.execute(delete(counters).where(counters.c.name == TRIED))
            connection.execute(insert_new(connection, counters), value)

    def ping(self) -> None:
        """Raises StorageError where the database does not answer."""
        with self._database.read() as connection:
            connection.execute(select(1))


def open_store(url: str, cipher: Cipher) -> Store:
    """The store of a migrated database. Raises NotMigrated, WrongKey, StorageError."""
    database = Database(url)
    try:
        check_schema(database)
        _check_key(database, cipher)
    except StorageError:
        database.engine.dispose()
        raise
    store = Store(database, cipher)
    store.figures.complete()
    return store


def _check_key(database: Database, cipher: Cipher) -> None:
    """The first start seals a word into the database; every later one must be able to open it."""
    statement = select(key_check.c.sealed)
    with database.read() as connection:
        sealed = connection.scalar(statement)
    if sealed is None:
        with database.write() as connection:
            connection.execute(insert_new(connection, key_check), {"id": 1, "sealed": cipher.seal(WORD, KEY_CHECK)})
            sealed = connection.execute(statement).scalar_one()
    try:
        cipher.open(bytes(sealed), KEY_CHECK)
    except WrongKey as error:
        raise WrongKey(
            f"the key in {cipher.source} does not open this database; {database.name} was made with another: "
            "give that key (TOCSIN_KEY or the key file), or name another database"
        ) from error
