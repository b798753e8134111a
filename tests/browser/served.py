"""What the browser's tests walk."""

from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext

from tests.patience import PATIENCE_S
from tests.tocsin.web.running import Running
from tocsin.storage.accounts import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A Tocsin, and where it answers."""

    tocsin: Running
    address: str

    def signed_in(
        self,
        browser: Browser,
        role: Role | None,
        *,
        bypass_csp: bool = False,
        timezone: str = "UTC",
        locale: str = "en-US",
    ) -> BrowserContext:
        """A window of somebody of the role; None = nobody. bypass_csp: so that a test may bring its script."""
        context = browser.new_context(base_url=self.address, timezone_id=timezone, locale=locale, bypass_csp=bypass_csp)
        context.set_default_timeout(1000 * PATIENCE_S)
        if role is not None:
            session = self.tocsin.session(role)
            context.add_cookies([{"name": "tocsin_session", "value": session, "url": self.address}])
        return context
