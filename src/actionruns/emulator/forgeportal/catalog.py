"""Actions and templates: what can be run, with those that are there from the beginning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

__all__ = ["Action", "Catalog", "Step", "Template"]


@attrs.frozen(kw_only=True)
class Action:
    """Something that can be run.

    Attributes:
        id: UUID of the action.
        name: A name that is unique in the emulator.
        title: What it is called in lists.
        output: What a run that succeeds gives; ``links`` in it are the links of the run.
        failure_rate: Share of its runs that fail; None: that of the settings.
        max_retries: How often a failed attempt is repeated; None: that of the settings.
    """

    id: str
    name: str
    title: str
    output: Mapping[str, Any] = attrs.field(factory=dict)
    failure_rate: float | None = None
    max_retries: int | None = None


@attrs.frozen(kw_only=True)
class Step:
    """A step of a template.

    Attributes:
        id: Name of the step, unique in its template.
        action: Name of the action that it runs.
    """

    id: str
    action: str


@attrs.frozen(kw_only=True)
class Template:
    """Actions that are run one after the other, with the same inputs.

    Attributes:
        id: UUID of the template.
        name: A name that is unique in the emulator.
        title: What it is called in lists.
        steps: Its steps, in their order; at least one.
        outputs: Name of an output -> the step and the member of that step's output that it is.
        description: What it is for.
        tags: Words to find it by.
    """

    id: str
    name: str
    title: str
    steps: tuple[Step, ...] = attrs.field(validator=attrs.validators.min_len(1))
    outputs: Mapping[str, tuple[str, str]] = attrs.field(factory=dict)
    description: str = ""
    tags: tuple[str, ...] = ()


def _link(title: str, url: str) -> dict[str, str]:
    return {"title": title, "url": url}


_REPOSITORY = "https://github.com/acmecorp/my-service"
_ACTIONS = (
    Action(
        id="aaaa0000-0000-0000-0000-000000000001",
        name="create_repository",
        title="Create repository",
        output={"repoUrl": _REPOSITORY, "links": [_link("Repository", _REPOSITORY)]},
    ),
    Action(
        id="aaaa0000-0000-0000-0000-000000000002",
        name="open_pull_request",
        title="Open pull request",
        output={
            "pullRequest": 17,
            "links": [_link("Pull request", f"{_REPOSITORY}/pull/17")],
        },
    ),
    Action(
        id="aaaa0000-0000-0000-0000-000000000003",
        name="deploy_service",
        title="Deploy service",
        output={"environment": "staging", "version": "1.4.2"},
    ),
    Action(
        id="aaaa0000-0000-0000-0000-000000000004",
        name="run_flaky_tests",
        title="Run flaky tests",
        failure_rate=0.6,
        max_retries=1,
        output={"passed": 128},
    ),
    Action(
        id="aaaa0000-0000-0000-0000-000000000005",
        name="always_fails",
        title="Always fails",
        failure_rate=1.0,
        max_retries=0,
    ),
)
_TEMPLATES = (
    Template(
        id="cccc0000-0000-0000-0000-000000000001",
        name="new_service",
        title="New service",
        description="A repository with a first pull request, deployed",
        tags=("service", "repository"),
        outputs={"repoUrl": ("repository", "repoUrl"), "version": ("deploy", "version")},
        steps=(
            Step(id="repository", action="create_repository"),
            Step(id="pull-request", action="open_pull_request"),
            Step(id="deploy", action="deploy_service"),
        ),
    ),
    Template(
        id="cccc0000-0000-0000-0000-000000000002",
        name="tested_change",
        title="Tested change",
        steps=(
            Step(id="pull-request", action="open_pull_request"),
            Step(id="tests", action="run_flaky_tests"),
        ),
    ),
)


class Catalog:
    """The actions and templates of an emulator, by id."""

    def __init__(self) -> None:
        self.actions: dict[str, Action] = {}
        self.templates: dict[str, Template] = {}
        self.add(*_ACTIONS, *_TEMPLATES)

    def add(self, *things: Action | Template) -> None:
        """Add actions and templates, or replace those with the same id.

        Raises:
            KeyError: A step names no action.
        """
        for thing in things:
            if isinstance(thing, Action):
                self.actions[thing.id] = thing
            else:
                for step in thing.steps:
                    self.action(step.action)
                self.templates[thing.id] = thing

    def action(self, name: str) -> Action:
        """Return an action by its name or id.

        Raises:
            KeyError: There is none.
        """
        return (
            next((action for action in self.actions.values() if action.name == name), None)
            or self.actions[name]
        )
