"""Declares the keys of components, watches and rules of foreign alerts, named as the domain types' fields."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from detectors.watch import Direction, FailureKind, Query, Read, Watch
from incidents.component import Component, Disclosure, DisclosureMode, OwnWords, Unapproved, Weight
from incidents.intake.alerts import AlertRule
from tocsin.config.keys import DomainKeys, Text, domain_of, values_for
from tocsin.config.scalars import (
    TEMPLATE,
    DashboardUrl,
    Duration,
    LabelName,
    Labels,
    LabelText,
    LongerThanNothing,
    Metric,
    Name,
    OptionalUrl,
    Template,
)


class DisclosureKeys(DomainKeys):
    """Who decides that an incident becomes public, and after how long."""

    mode: DisclosureMode = DisclosureMode.APPROVE
    """auto = published by itself once the evidence agrees, approve = a human decides, never = not published."""
    after: Duration = timedelta(minutes=5)
    """The wait of auto, the deadline of approve."""
    then: Unapproved = Unapproved.PUBLISH
    """What approve does at its deadline: publish "investigating", or escalate to the engineers and publish nothing."""
    suspect: bool = True
    """Whether the page may call the component suspected until its incident is public; false = "unverified"."""

    def domain(self) -> Disclosure:
        """The component's disclosure policy."""
        return Disclosure(**values_for(Disclosure, self))


class OwnWordsKeys(DomainKeys):
    """Sentences for the public in place of the usual ones."""

    text: Text = Field(examples=["Bitcoin withdrawals stand still. Your coins are safe."])
    """Plain text: what is wrong, and what it means for customers. The next update's time is added."""
    language: Literal["ar", "de", "en", "es", "fa", "ja", "tr", "zh"] = "en"
    """The language of the text."""
    kind: FailureKind | None = Field(default=None, examples=["halt"])
    """null = for every kind of failure."""
    phase: Literal["investigating", "identified", "monitoring", "resolved", "retracted"] | None = Field(
        default=None, examples=["resolved"]
    )
    """null = while the incident lasts."""

    def domain(self) -> OwnWords:
        """The component's own sentence."""
        return OwnWords(**values_for(OwnWords, self) | {"phase": self.phase or ""})


class ComponentKeys(DomainKeys):
    """A part of the exchange; with `for`, one a row, its {placeholders} filled from the row."""

    rows: tuple[dict[LabelName, LabelText], ...] | None = Field(
        default=None, alias="for", min_length=1, examples=[[{"asset": "BTC", "network": "bitcoin"}]]
    )
    """Rows of values for the {placeholders} in every other text of this entry."""
    name: Template = Field(examples=["withdrawals/{asset}/{network}"])
    """Internal, a path such as withdrawals/BTC/bitcoin; never shown outside."""
    title: Text = Field(examples=["{asset} withdrawals"])
    """The public name."""
    group: str = Field(default="", examples=["Withdrawals"])
    """The heading under which the page lists it."""
    public: bool = True
    """Whether the page lists it."""
    asset: str = Field(default="", examples=["{asset}"])
    """The asset by which a customer's ticket names it."""
    network: str = Field(default="", examples=["{network}"])
    """The network by which a customer's ticket names it."""
    direction: str = Field(default="", pattern=r"^(deposit|withdrawal|trade|\{\w+\})?$", examples=["withdrawal"])
    """deposit, withdrawal or trade: what a customer does with it."""
    form: str = Field(default="", examples=["Withdrawal"])
    """The support form by which customers write about it: Withdrawal, Deposit …"""
    depends_on: tuple[str, ...] = Field(default=(), examples=[["chain/{network}"]])
    """Names of the components that this one needs."""
    disclosure: Annotated[Disclosure, domain_of(DisclosureKeys)] = Field(
        default=Disclosure(), examples=[{"mode": "approve", "after": "5m"}]
    )
    """Who decides that its incidents become public."""
    words: tuple[Annotated[OwnWords, domain_of(OwnWordsKeys)], ...] = Field(
        default=(), examples=[[{"kind": "halt", "text": "Bitcoin withdrawals stand still. Your coins are safe."}]]
    )
    """Its own sentences for the public, where the usual ones do not fit."""
    team: str = Field(default="", examples=["payments"])
    """Whose it is; the engineering ticket names them."""
    dashboard: DashboardUrl = Field(
        default="", examples=["https://grafana.internal/d/wallets?var-asset=BTC&from={from}&to={to}"]
    )
    """Its dashboard, to which its engineering tickets link. {from}: some time before the incident's start, {to}: its
    end, both in milliseconds since 1970; while it lasts {to} is `now`, as Grafana takes it."""
    runbook: OptionalUrl = Field(default="", examples=["https://wiki.internal/runbooks/withdrawals"])
    """What to do when it fails; its engineering tickets link to it."""
    weight: Weight = Field(default=Weight.USUAL, examples=["high"])
    """How much the business depends on it: what customers feel of a high one is judged one severity worse, of low ones
    alone one milder."""

    def domain(self) -> Component:
        """The part of the exchange."""
        return Component(**values_for(Component, self))


class WatchKeys(DomainKeys):
    """What is watched: a metric in words, or PromQL; whose it is; what is bad about it."""

    name: Name = Field(examples=["withdrawal-time"])
    """Internal; unique."""
    title: str = Field(default="", examples=["Withdrawal processing time, p95"])
    """What engineers read, and the plot's heading; "" = the name."""
    metric: Metric | None = Field(default=None, examples=["exchange_withdrawal_processing_seconds"])
    """The metric's name; of a histogram its base name, without _bucket."""
    promql: Text | None = Field(default=None, examples=["sum by (asset) (exchange_withdrawals_pending)"])
    """Instead of metric: what only a prometheus or a replay source can answer."""
    read: Read = Field(default=Read.VALUE, examples=["quantile"])
    """How the metric becomes a number; shift = how far a histogram is from its usual shape, 1 = as far as by chance."""
    quantile: float | None = Field(default=None, gt=0, lt=1, examples=[0.95])
    """With read: quantile: which one."""
    at_least: float = Field(default=0.0, ge=0, allow_inf_nan=False, examples=[20])
    """Events that the window of a ratio, quantile or shift must hold; of fewer nothing is said."""
    match: Labels = Field(default=(), examples=[{"code": 500}])
    """Labels that a series must have."""
    by: tuple[LabelName, ...] = Field(default=(), examples=[["asset", "network"]])
    """Labels kept; each combination of their values is a series."""
    window: LongerThanNothing = Field(default=timedelta(minutes=5), examples=["5m"])
    """How far every read but value looks back."""
    of: Metric | None = Field(default=None, examples=["exchange_api_requests_total"])
    """For ratio: the metric to divide by."""
    match_of: Labels = Field(default=(), examples=[{"method": "POST"}])
    """For ratio: labels that the series to divide by must have."""
    component: Template = Field(examples=["withdrawals/{asset}/{network}"])
    """The component's name, with {label} where it depends on the series."""
    unit: str = Field(default="", examples=["s"])
    """Shown after numbers."""
    bad: Direction = Field(default=Direction.BOTH, examples=["above"])
    """Which side of the expected band is bad."""
    kind: FailureKind = Field(default=FailureKind.OTHER, examples=["delay"])
    """How it fails; picks the public words."""
    every: LongerThanNothing = Field(default=timedelta(seconds=60), examples=["15s"])
    """How often it is evaluated."""
    hold: Duration = Field(default=timedelta(0), examples=["30s"])
    """How long a deviation must last before it is an anomaly."""
    recover: Duration = Field(default=timedelta(minutes=5), examples=["2m"])
    """How long all must be back before the anomaly has ended."""
    absent_after: LongerThanNothing | None = Field(default=timedelta(minutes=5), examples=["10m"])
    """Silence of a known series for so long is an anomaly; null = silence is no anomaly."""
    budget: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """False incidents accepted in 30 days."""
    min_change: float = Field(default=0.0, ge=0, allow_inf_nan=False, examples=[5])
    """A smaller deviation wakes nobody; in the watch's unit."""
    accept_after: LongerThanNothing = timedelta(hours=24)
    """A change that stays this long is the new normal."""
    slo: float | None = Field(default=None, ge=50, lt=100, allow_inf_nan=False, examples=[99.9])
    """With read: ratio of bad events to all: the percentage that must be good, such as 99.9; null = no objective."""
    history: LongerThanNothing = timedelta(days=28)
    """How much of the past warms the model at the start."""
    user_visible: bool = Field(default=False, examples=[True])
    """Customers feel this metric themselves: evidence enough to tell the public by itself."""
    shadow: bool = False
    """Judge and record, but notify nobody."""
    source: str = Field(default="default", examples=["prod"])
    """The source that answers it."""
    tags: Labels = Field(default=(), examples=[{"team": "payments"}])
    """Your own words about it; the engineering ticket shows them."""

    def domain(self) -> Watch:
        """The watch; its time zone is the site's, which is not known here."""
        query = Query(**values_for(Query, self))
        bad = Direction.ABOVE if self.read is Read.SHIFT else self.bad  # a distance is bad above alone
        return Watch(**values_for(Watch, self) | {"query": query, "bad": bad})


class AlertRuleKeys(DomainKeys):
    """Which component the alerts with certain labels are about, and how it fails then."""

    match: Labels = Field(default=(), examples=[{"alertname": "Withdrawal*"}])
    """Labels that the alert must have; * stands for any text."""
    component: Annotated[str, Field(pattern=rf"{TEMPLATE}|^$")] = Field(
        default="", examples=["withdrawals/{asset}/{network}"]
    )
    """The component's name, with {label} where it depends on the alert."""
    kind: FailureKind = Field(default=FailureKind.OTHER, examples=["errors"])
    """How it fails; picks the public words."""
    user_visible: bool = Field(default=False, examples=[True])
    """Customers feel what the alert is about: evidence enough to tell the public by itself."""
    ignore: bool = Field(default=False, examples=[True])
    """The alerts open nothing, such as one that always fires; goes without component."""

    def domain(self) -> AlertRule:
        """The rule."""
        return AlertRule(**values_for(AlertRule, self))
