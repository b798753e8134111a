"""The parts of the page that a subscriber can choose, and which of them a form chose."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from statuspage.subscriptions.subscription import EVERYTHING, Choice
from tocsin.subscriptions.subscriptions import SubscriptionServices


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service, by its public id."""

    id: str
    title: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Services under one heading; id, title "" = those without one."""

    id: str
    title: str
    is_chosen: bool
    services: tuple[Service, ...]

    @property
    def has_chosen(self) -> bool:
        """Whether anything of it is chosen."""
        return self.is_chosen or any(one.is_chosen for one in self.services)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Everything that can be chosen, with what is."""

    everything: bool
    groups: tuple[Group, ...]

    @property
    def chosen_labels(self) -> tuple[str, ...]:
        """The labels of the chosen parts, in the page's order; () = everything."""
        if self.everything:
            return ()
        return tuple(
            label
            for group in self.groups
            for label in ([group.title] if group.is_chosen else [s.title for s in group.services if s.is_chosen])
        )


def offer_of(subscriptions: SubscriptionServices, choice: Choice) -> Offer:
    """The parts of the page that can be chosen."""
    site = subscriptions.site
    by_group: dict[str, list[Service]] = {}
    for component in subscriptions.graph:
        if component.public:
            own = site.component_id(component.name)
            one = Service(id=own, title=component.title, is_chosen=own in choice.components)
            by_group.setdefault(component.group, []).append(one)
    groups = (
        Group(
            id=site.group_id(title) if title else "",
            title=title,
            is_chosen=bool(title) and site.group_id(title) in choice.groups,
            services=tuple(ones),
        )
        for title, ones in by_group.items()
    )
    return Offer(everything=choice.everything, groups=tuple(groups))


def chosen(subscriptions: SubscriptionServices, sent: FormData) -> Choice:
    """The choice of a form; parts that the page does not list are skipped."""
    names = ("scope", "group", "component")
    return choice_of(subscriptions, {name: [str(v) for v in sent.getlist(name)] for name in names})


def choice_of(subscriptions: SubscriptionServices, sent: Mapping[str, list[str]]) -> Choice:
    """The choice from public ids by "group" and "component"; "scope" other than "some" means everything."""
    if sent.get("scope") != ["some"]:
        return EVERYTHING
    offer = offer_of(subscriptions, EVERYTHING)
    groups, components = set(sent.get("group", ())), set(sent.get("component", ()))
    return Choice(
        everything=False,
        groups=tuple(g.id for g in offer.groups if g.id and g.id in groups),
        components=tuple(s.id for g in offer.groups for s in g.services if s.id in components),
    )
