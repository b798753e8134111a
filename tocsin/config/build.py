"""From the checked file to the values that the application is built from."""

import os
from collections.abc import Mapping
from pathlib import Path

from detectors.watch import Direction, Query, Read, Watch
from incidents.component import Component, Disclosure, OwnWords
from tocsin.config.schema import (
    AccessBody,
    AccountBody,
    ComponentBody,
    ConfigBody,
    DeskBody,
    MailBody,
    PageBody,
    PrometheusBody,
    ReplayBody,
    ScrapeBody,
    SiteBody,
    SmtpBody,
    SubscriptionsBody,
    TargetBody,
    WatchBody,
    WebhookBody,
)
from tocsin.config.schema_page import PageTargetBody
from tocsin.config.settings import (
    AccessSettings,
    AccountSettings,
    Config,
    DatabaseSettings,
    DeskSettings,
    DirectoryTarget,
    HeartbeatSettings,
    IncidentSettings,
    MailSettings,
    PageSettings,
    Pairs,
    PrometheusSettings,
    ReplaySettings,
    S3Target,
    ScrapeSettings,
    ScrapeTarget,
    Secret,
    Site,
    SmtpSettings,
    SourceSettings,
    SparklineSettings,
    SubscriptionSettings,
    ThemeSettings,
    WebhookSettings,
)


def build(body: ConfigBody, path: Path) -> Config:
    """The configuration of the file at `path`; its relative paths begin at the file's folder."""
    return _Build(path.parent).config(body, path)


class _Build:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def config(self, body: ConfigBody, path: Path) -> Config:
        data = self._path(body.data)
        host, _, port = body.listen.rpartition(":")
        return Config(
            path=path,
            site=_site(body.site),
            data=data,
            database=DatabaseSettings(
                url=body.database or f"sqlite:///{data / 'tocsin.db'}",
                password=self._secret(body.database_password_env, body.database_password_file),
            ),
            host=host.strip("[]"),
            port=int(port),
            shadow=body.shadow,
            sources=tuple(self._source(name, source) for name, source in body.sources.items()),
            components=tuple(map(_component, body.components)),
            watches=tuple(_watch(watch, body.site.time_zone) for watch in body.watches),
            incidents=IncidentSettings(
                cause_wait=body.incidents.cause_wait,
                recovery_hold=body.incidents.recovery_hold,
                reopen_within=body.incidents.reopen_within,
            ),
            page=self._page(body.page, data, body.site.public_url),
            mail=self._mail(body.mail),
            trackers=tuple(map(self._tracker, body.trackers)),
            desk=self._desk(body.desk),
            heartbeat=HeartbeatSettings(url=body.heartbeat.url, every=body.heartbeat.every) if body.heartbeat else None,
            subscriptions=_subscriptions(body.subscriptions) if body.subscriptions else None,
        )

    def _path(self, written: str) -> Path:
        return Path(os.path.normpath(self._folder / Path(written).expanduser()))

    def _secret(self, variable: str | None, file: str | None) -> Secret | None:
        if variable is None and file is None:
            return None
        return Secret(variable=variable, file=self._path(file) if file else None)

    def _source(self, name: str, body: ScrapeBody | PrometheusBody | ReplayBody) -> SourceSettings:
        if isinstance(body, ScrapeBody):
            return ScrapeSettings(name=name, targets=tuple(map(self._target, body.targets)), keep=body.keep)
        if isinstance(body, ReplayBody):
            files = tuple((metric, self._path(path)) for metric, path in body.files.items())
            return ReplaySettings(name=name, files=files, warm=body.warm, speed=body.speed)
        return PrometheusSettings(
            name=name,
            url=body.url.rstrip("/"),
            timeout=body.timeout,
            at_once=body.at_once,
            access=self._access(body),
        )

    def _target(self, body: TargetBody) -> ScrapeTarget:
        return ScrapeTarget(url=body.url, every=body.every, labels=_pairs(body.labels), access=self._access(body))

    def _access(self, body: AccessBody) -> AccessSettings:
        return AccessSettings(
            bearer=self._secret(body.bearer_token_env, body.bearer_token_file),
            user=body.basic.user if body.basic else "",
            password=self._secret(body.basic.password_env, body.basic.password_file) if body.basic else None,
            ca_file=self._path(body.ca_file) if body.ca_file else None,
            cert_file=self._path(body.cert_file) if body.cert_file else None,
            key_file=self._path(body.key_file) if body.key_file else None,
        )

    def _page(self, body: PageBody, data: Path, public_url: str) -> PageSettings:
        return PageSettings(
            directory=self._path(body.directory) if body.directory else data / "page",
            targets=tuple(map(self._page_target, body.targets)),
            url=f"{body.url.rstrip('/')}/" if body.url else f"{public_url.rstrip('/')}/status/",
            home_url=body.home_url or "",
            theme=ThemeSettings(
                light=_pairs(body.theme.light),
                dark=_pairs(body.theme.dark),
                logo=self._path(body.theme.logo) if body.theme.logo else None,
                favicon=self._path(body.theme.favicon) if body.theme.favicon else None,
            ),
            templates=self._path(body.templates) if body.templates else None,
            may_say=tuple(body.may_say),
            heartbeat=body.heartbeat,
            history_days=body.history_days,
            sparklines=tuple(SparklineSettings(watch=s.watch, title=s.title) for s in body.sparklines),
        )

    def _page_target(self, body: PageTargetBody) -> DirectoryTarget | S3Target:
        if body.s3 is None:
            assert body.directory is not None  # noqa: S101  # the check requires one of the two
            return DirectoryTarget(directory=self._path(body.directory))
        s3 = body.s3
        return S3Target(
            bucket=s3.bucket,
            prefix=s3.prefix.strip("/"),
            region=s3.region,
            endpoint=(s3.endpoint or "").rstrip("/"),
            access_key=self._secret(s3.access_key_env, s3.access_key_file),
            secret_key=self._secret(s3.secret_key_env, s3.secret_key_file),
            session_token=self._secret(s3.session_token_env, s3.session_token_file),
            virtual_hosted=s3.virtual_hosted,
            ca_file=self._path(s3.ca_file) if s3.ca_file else None,
        )

    def _mail(self, body: MailBody) -> MailSettings:
        return MailSettings(sender=body.sender, smtp=self._smtp(body.smtp) if body.smtp else None)

    def _smtp(self, body: SmtpBody) -> SmtpSettings:
        password = self._secret(body.password_env, body.password_file)
        return SmtpSettings(host=body.host, port=body.port, tls=body.tls, user=body.user or "", password=password)

    def _tracker(self, body: WebhookBody) -> WebhookSettings:
        secret = self._secret(body.secret_env, body.secret_file)
        assert secret is not None, body.name  # noqa: S101  # the check requires one
        return WebhookSettings(name=body.name, url=body.url, secret=secret)

    def _desk(self, body: DeskBody) -> DeskSettings:
        account = self._account(body.account) if body.account else None
        return DeskSettings(prefix=body.prefix, link_above=body.link_above, account=account)

    def _account(self, body: AccountBody) -> AccountSettings:
        return AccountSettings(url=body.url.rstrip("/"), token=self._secret(body.token_env, body.token_file))


def _pairs(labels: Mapping[str, str]) -> Pairs:
    return tuple(sorted(labels.items()))


def _site(body: SiteBody) -> Site:
    return Site(
        name=body.name,
        public_url=body.public_url.rstrip("/"),
        time_zone=body.time_zone,
        support_email=body.support_email or "",
        languages=tuple(body.languages),
    )


def _subscriptions(body: SubscriptionsBody) -> SubscriptionSettings:
    return SubscriptionSettings(
        webhooks=body.webhooks,
        private_hooks=body.private_hooks,
        gather=body.gather,
        confirm_within=body.confirm_within,
        remember=body.remember,
        bounces=body.bounces,
        per_address=body.per_address,
        per_network=body.per_network,
    )


def _component(body: ComponentBody) -> Component:
    return Component(
        name=body.name,
        title=body.title,
        group=body.group,
        public=body.public,
        asset=body.asset,
        network=body.network,
        direction=body.direction,
        form=body.form,
        depends_on=tuple(body.depends_on),
        disclosure=Disclosure(mode=body.disclosure.mode, after=body.disclosure.after, then=body.disclosure.then),
        team=body.team,
        words=tuple(OwnWords(text=w.text, language=w.language, kind=w.kind, phase=w.phase or "") for w in body.words),
    )


def _watch(body: WatchBody, time_zone: str) -> Watch:
    query = Query(
        promql=body.promql,
        metric=body.metric,
        read=body.read,
        match=_pairs(body.match),
        by=tuple(body.by),
        window=body.window,
        quantile=body.quantile,
        at_least=body.at_least,
        of=body.of,
        match_of=_pairs(body.match_of),
    )
    return Watch(
        name=body.name,
        query=query,
        component=body.component,
        title=body.title,
        unit=body.unit,
        bad=Direction.ABOVE if body.read is Read.SHIFT else body.bad,  # a distance is bad above alone
        kind=body.kind,
        every=body.every,
        hold=body.hold,
        recover=body.recover,
        absent_after=body.absent_after,
        budget=body.budget,
        min_change=body.min_change,
        accept_after=body.accept_after,
        time_zone=time_zone,
        slo=body.slo,
        history=body.history,
        user_visible=body.user_visible,
        shadow=body.shadow,
        source=body.source,
        tags=_pairs(body.tags),
    )
