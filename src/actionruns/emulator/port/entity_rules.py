"""The rules of entities: what fits a blueprint, what is related to what, for which run."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actionruns.emulator.port.catalog import Blueprint, Catalog, Relation
from actionruns.emulator.port.entity_store import EntityStore
from actionruns.emulator.port.errors import (
    PortError,
    already_exists,
    exhausted,
    invalid,
    not_found,
)
from actionruns.emulator.port.inputs import check_members
from actionruns.emulator.port.life import RunLife

__all__ = ["EntityChange", "EntityRules"]

_SIGNS = frozenset("0123456789@_.+:\\/=-")
_MEMBERS = ("identifier", "title", "icon", "team", "properties", "relations")


class EntityRules:
    """Check and make changes of entities.

    Args:
        catalog: The blueprints.
        entities: The entities.
        life: The runs that changes are made on behalf of.
    """

    def __init__(self, catalog: Catalog, entities: EntityStore, life: RunLife) -> None:
        self._catalog = catalog
        self._entities = entities
        self._life = life

    def blueprint(self, identifier: str) -> Blueprint:
        """Return a blueprint.

        Raises:
            PortError: 404, there is none with this identifier.
        """
        blueprint = self._catalog.blueprints.get(identifier)
        if blueprint is None:
            raise not_found("Blueprint", identifier)
        return blueprint

    @contextmanager
    def change(self, blueprint: str, run_id: str | None, user: str) -> Iterator[EntityChange]:
        """Begin a change; it is made as a whole, and noted in the run's log, if it is kept.

        Raises:
            PortError: 404, no such blueprint or run; 422, the run isn't in progress.
        """
        kind = self.blueprint(blueprint)
        run = None
        if run_id is not None:
            run = self._life.get(run_id)
            if run.ended:
                raise exhausted(run_id)
            if run.status != "IN_PROGRESS":
                msg = f'Action run "{run_id}" is not in progress'
                raise invalid(msg)
        change = EntityChange(self._catalog, self._entities, kind)
        yield change
        with self._life.runs.store.transaction():
            notes = change.apply()
            for verb, its_blueprint, identifier in notes:
                if verb != "updated":
                    self._life.mark_entity(its_blueprint, identifier, deleted=verb == "deleted")
            if run is not None:
                run = self._life.get(run.id)
                for verb, its_blueprint, identifier in notes:
                    message = f'Entity "{identifier}" of blueprint "{its_blueprint}" was {verb}'
                    self._life.note(run, message, user)


class EntityChange:
    """One change: checked first, applied at the end if it is to be kept."""

    def __init__(self, catalog: Catalog, entities: EntityStore, blueprint: Blueprint) -> None:
        self._catalog = catalog
        self._entities = entities
        self._blueprint = blueprint
        self._puts: list[tuple[str, str, dict[str, Any]]] = []
        self._deletes: list[tuple[str, str, str]] = []
        self._kept = False

    def keep(self) -> None:
        """Apply the change when it is complete."""
        self._kept = True

    def apply(self) -> list[tuple[str, str, str]]:
        """Apply the change if it is to be kept; return what happened to which entities."""
        if not self._kept:
            return []
        for _, blueprint, identifier in self._deletes:
            self._entities.delete(blueprint, identifier)
        for _, blueprint, entity in self._puts:
            self._entities.put(blueprint, entity)
        told = [(verb, b, str(entity["identifier"])) for verb, b, entity in self._puts]
        return [change for change in [*self._deletes, *told] if change[0]]

    # ---------------------------------------------------------------------- create and change

    def create(self, body: dict[str, Any], *, upsert: bool, merge: bool) -> dict[str, Any]:
        """Prepare a new entity, or the change of one that exists when ``upsert`` allows it."""
        identifier = body.get("identifier", "e_" + secrets.token_hex(8))
        if isinstance(identifier, dict):
            msg = "body/identifier: search queries are not emulated"
            raise invalid(msg)
        existing = self._entities.get(self._blueprint.identifier, identifier)
        if existing is not None and not upsert:
            raise already_exists("Entity", identifier)
        entity = self._merged(existing if merge else None, {**body, "identifier": identifier})
        self._check(entity)
        verb = "created" if existing is None else "updated"
        self._puts.append((verb, self._blueprint.identifier, entity))
        return entity

    def update(self, identifier: str, body: dict[str, Any], *, patch: bool) -> dict[str, Any]:
        """Prepare the change of an entity: its members are merged, or replaced as a whole."""
        existing = self._entities.get(self._blueprint.identifier, identifier)
        if existing is None:
            raise not_found("Entity", identifier)
        entity = self._merged(existing if patch else None, {"identifier": identifier, **body})
        self._check(entity)
        if entity["identifier"] != identifier:
            self._rename(identifier, entity["identifier"])
        self._puts.append(("updated", self._blueprint.identifier, entity))
        return entity

    @staticmethod
    def _merged(existing: dict[str, Any] | None, body: dict[str, Any]) -> dict[str, Any]:
        entity: dict[str, Any] = {"properties": {}, "relations": {}, **(existing or {})}
        for name, value in body.items():
            if name in {"properties", "relations"}:
                together = {**entity[name], **value}
                # In a change, null removes.
                value = {key: item for key, item in together.items() if item is not None}  # noqa: PLW2901 # the same member
            entity[name] = value
        return {
            name: entity[name] for name in _MEMBERS if name in entity and entity[name] is not None
        }

    def _check(self, entity: dict[str, Any]) -> None:
        _check_identifier(entity["identifier"])
        if isinstance(entity.get("team"), dict):
            msg = "body/team: search queries are not emulated"
            raise invalid(msg)
        check_members(
            "body/properties",
            entity["properties"],
            self._blueprint.properties,
            self._blueprint.required,
        )

    def _rename(self, old: str, new: str) -> None:
        blueprint = self._blueprint.identifier
        if self._entities.get(blueprint, new) is not None:
            raise already_exists("Entity", new)
        self._deletes.append(("", blueprint, old))
        for its_blueprint, name, _, entity in self._related(blueprint, old):
            value = entity["relations"][name]
            entity["relations"][name] = (
                [new if item == old else item for item in value] if isinstance(value, list) else new
            )
            self._puts.append(("", its_blueprint, entity))

    # ------------------------------------------------------------------------------ relations

    def relate(self, entity: dict[str, Any], *, create_missing: bool) -> None:
        """Check the relations of a prepared entity; create what they lead to, if allowed.

        Raises:
            PortError: 404, an entity that a relation leads to doesn't exist; 422, no such
                relation, a required one is missing, or its value doesn't fit.
        """
        relations = self._blueprint.relations
        for name, relation in relations.items():
            if relation.required and name not in entity["relations"]:
                msg = f"body/relations must have required property '{name}'"
                raise invalid(msg)
        for name, value in entity["relations"].items():
            if name not in relations:
                msg = f'body/relations must NOT have additional properties: "{name}"'
                raise invalid(msg)
            for target in _targets(name, relations[name], value):
                self._reach(relations[name].target, target, create_missing=create_missing)

    def _reach(self, blueprint: str, identifier: str, *, create_missing: bool) -> None:
        if self._entities.get(blueprint, identifier) is not None:
            return
        if any(b == blueprint and e["identifier"] == identifier for _, b, e in self._puts):
            return
        if not create_missing:
            raise not_found("Entity", identifier)
        _check_identifier(identifier)
        entity = {"identifier": identifier, "properties": {}, "relations": {}}
        self._puts.append(("created", blueprint, entity))

    def _related(
        self, blueprint: str, identifier: str
    ) -> Iterator[tuple[str, str, Relation, dict[str, Any]]]:
        for kind in self._catalog.blueprints.values():
            for name, relation in kind.relations.items():
                if relation.target == blueprint:
                    for entity in self._entities.leading_to(kind.identifier, name, identifier):
                        yield kind.identifier, name, relation, entity

    # --------------------------------------------------------------------------------- delete

    def delete(self, identifier: str, *, dependents: bool) -> None:
        """Prepare the deletion of an entity, with those that have a relation to it or without.

        Raises:
            PortError: 404, no such entity; 422, another one can't be without it.
        """
        if self._entities.get(self._blueprint.identifier, identifier) is None:
            raise not_found("Entity", identifier)
        self._delete(self._blueprint.identifier, identifier, dependents=dependents)

    def _delete(self, blueprint: str, identifier: str, *, dependents: bool) -> None:
        if ("deleted", blueprint, identifier) in self._deletes:
            return
        self._deletes.append(("deleted", blueprint, identifier))
        for its_blueprint, name, relation, entity in self._related(blueprint, identifier):
            if dependents:
                self._delete(its_blueprint, entity["identifier"], dependents=True)
            elif relation.required:
                # The code and the status are inferred.
                msg = f'Entity "{identifier}" is needed by "{entity["identifier"]}"'
                raise PortError(422, "has_dependents", msg)
            else:
                value = entity["relations"][name]
                if isinstance(value, list):
                    value.remove(identifier)
                else:
                    del entity["relations"][name]
                self._puts.append(("", its_blueprint, entity))


def _check_identifier(identifier: str) -> None:
    fits = (
        0 < len(identifier) <= 1000
        and identifier not in {".", ".."}
        and all(sign.isalpha() or sign in _SIGNS for sign in identifier)
    )
    if not fits:
        msg = "body/identifier must match the pattern of identifiers"
        raise invalid(msg)


def _targets(name: str, relation: Relation, value: Any) -> list[str]:
    if isinstance(value, dict):
        msg = f"body/relations/{name}: search queries are not emulated"
        raise invalid(msg)
    targets = value if isinstance(value, list) else [value]
    if isinstance(value, list) != relation.many or not all(isinstance(t, str) for t in targets):
        msg = f"body/relations/{name} must be {'array of strings' if relation.many else 'string'}"
        raise invalid(msg)
    return targets
