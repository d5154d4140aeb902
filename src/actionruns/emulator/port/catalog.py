"""The emulated organisation: its blueprints, its actions and their inputs, its users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs

__all__ = ["Action", "Blueprint", "Catalog", "Relation", "User"]


@attrs.frozen(kw_only=True)
class Relation:
    """A relation from the entities of one blueprint to those of another.

    Attributes:
        target: Identifier of the blueprint it leads to.
        many: Whether it leads to a list of entities.
        required: Whether every entity has it.
    """

    target: str
    many: bool = False
    required: bool = False


@attrs.frozen(kw_only=True)
class Blueprint:
    """A kind of entity.

    Attributes:
        identifier: Its id.
        title: Its name for people.
        icon: Name of its icon; None: none.
        properties: JSON schema of each property, by name.
        required: Names of the properties that every entity has.
        relations: The relations of its entities, by name.
    """

    identifier: str
    title: str
    icon: str | None = None
    properties: Mapping[str, Any] = attrs.field(factory=dict)
    required: tuple[str, ...] = ()
    relations: Mapping[str, Relation] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Action:
    """A self-service action.

    Attributes:
        identifier: Its id.
        title: Its name for people.
        icon: Name of its icon; None: none.
        blueprint: Identifier of the blueprint it belongs to; None: of none.
        inputs: JSON schema of each user input, by name.
        required: Names of the inputs that have to be given.
        on_entity: Whether it is executed on an entity, so that one has to be named.
        approval: Whose approval a run needs before it starts: of "ANY" approver, of "ALL" of them;
            None: of nobody.
        approvers: Ids of the users who may approve.
        failure_rate: Share of its runs that fail; None: the emulator's.
        url: Where Port would send the invocation; nothing is ever sent.
    """

    identifier: str
    title: str
    icon: str | None = None
    blueprint: str | None = None
    inputs: Mapping[str, Any] = attrs.field(factory=dict)
    required: tuple[str, ...] = ()
    on_entity: bool = False
    approval: Literal["ANY", "ALL"] | None = None
    approvers: tuple[str, ...] = ("demo", "reviewer")
    failure_rate: float | None = None
    url: str = "https://runner.example.com/invoke"

    def __attrs_post_init__(self) -> None:
        if self.approval and not self.approvers:
            msg = f"action {self.identifier} needs approval, but nobody may approve it"
            raise ValueError(msg)


@attrs.frozen(kw_only=True)
class User:
    """Somebody who runs actions: a person or a machine with credentials."""

    id: str
    email: str


_TEXT = {"type": "string"}

BLUEPRINTS = (
    Blueprint(
        identifier="microservice",
        title="Service",
        icon="Microservice",
        properties={
            "region": {"type": "string", "title": "Region"},
            "language": {"type": "string", "title": "Language"},
            "replicas": {"type": "number", "title": "Replicas"},
        },
        relations={"environment": Relation(target="environment")},
    ),
    Blueprint(
        identifier="environment",
        title="Environment",
        icon="Environment",
        properties={"region": {"type": "string", "title": "Region"}},
    ),
    Blueprint(
        identifier="deployment",
        title="Deployment",
        icon="Deployment",
        properties={"version": {"type": "string"}, "succeeded": {"type": "boolean"}},
        relations={"service": Relation(target="microservice", required=True)},
    ),
)

ACTIONS = (
    Action(
        identifier="create_microservice",
        title="Create Microservice",
        icon="Microservice",
        blueprint="microservice",
        inputs={
            "name": {"title": "Service name", "type": "string"},
            "region": {"title": "Cloud Region", "type": "string"},
        },
    ),
    Action(
        identifier="scale_microservice",
        title="Scale Microservice",
        blueprint="microservice",
        inputs={"replicas": {"type": "integer", "minimum": 0, "maximum": 100}},
        required=("replicas",),
        on_entity=True,
    ),
    Action(
        identifier="deploy_to_production",
        title="Deploy to Production",
        icon="Deployment",
        blueprint="microservice",
        inputs={
            "version": _TEXT,
            "strategy": {"enum": ["rolling", "blue-green"], "default": "rolling"},
        },
        required=("version",),
        approval="ANY",
    ),
    Action(
        identifier="delete_environment",
        title="Delete Environment",
        blueprint="environment",
        inputs={"reason": _TEXT},
        required=("reason",),
        approval="ALL",
    ),
    Action(
        identifier="run_flaky_tests",
        title="Run Flaky Tests",
        blueprint="microservice",
        inputs={"suite": _TEXT},
        failure_rate=0.6,
    ),
    Action(identifier="rotate_secrets", title="Rotate Secrets"),
)

USERS = (
    User(id="auth0|alice", email="alice@example.com"),
    User(id="auth0|bob", email="bob@example.com"),
)


class Catalog:
    """What can be executed, on what, by whom.

    Args:
        machines: Client ids of the credentials; each is a user too.
    """

    def __init__(self, machines: Iterable[str]) -> None:
        self.blueprints = {blueprint.identifier: blueprint for blueprint in BLUEPRINTS}
        self.actions = {action.identifier: action for action in ACTIONS}
        self.users = {user.id: user for user in USERS}
        for machine in machines:
            self.users[machine] = User(id=machine, email=f"{machine}@example.com")

    def add(self, *things: Action | Blueprint | User) -> None:
        """Add, or put in the place of what has the same identifier."""
        for thing in things:
            if isinstance(thing, Action):
                self.actions[thing.identifier] = thing
            elif isinstance(thing, Blueprint):
                self.blueprints[thing.identifier] = thing
            else:
                self.users[thing.id] = thing

    def user_ids(self, email: str) -> list[str]:
        """Return the ids of the users with this address."""
        return [user.id for user in self.users.values() if user.email == email]
