"""Entities in SQLite."""

from __future__ import annotations

from typing import Any

import orjson

from actionruns.emulator.store import Store

__all__ = ["EntityStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS port_entities (
    blueprint TEXT NOT NULL,
    identifier TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (blueprint, identifier)
) STRICT;
"""

_SEEDS: dict[str, list[dict[str, Any]]] = {
    "environment": [
        {"identifier": "production", "title": "Production", "properties": {"region": "eu-west-1"}},
        {"identifier": "staging", "title": "Staging", "properties": {"region": "eu-west-1"}},
    ],
    "microservice": [
        {
            "identifier": "payments",
            "title": "Payments",
            "icon": "Microservice",
            "properties": {"region": "eu-west-1", "language": "Python", "replicas": 3},
            "relations": {"environment": "production"},
        },
        {"identifier": "checkout", "title": "Checkout", "properties": {"region": "us-east-1"}},
    ],
}


class EntityStore:
    """The entities of all blueprints. A new database starts with a few."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)
        if store.setting("port.entities_seeded", "no") == "no":
            for blueprint, entities in _SEEDS.items():
                for entity in entities:
                    self.put(blueprint, {"properties": {}, "relations": {}, **entity})
            store.set("port.entities_seeded", "yes")

    def get(self, blueprint: str, identifier: str) -> dict[str, Any] | None:
        """Return an entity, or None."""
        row = self._store.one(
            "SELECT document FROM port_entities WHERE blueprint = ? AND identifier = ?",
            (blueprint, identifier),
        )
        return orjson.loads(row[0]) if row else None

    def put(self, blueprint: str, entity: dict[str, Any]) -> None:
        """Store an entity in the place of one with the same identifier."""
        self._store.execute(
            "INSERT OR REPLACE INTO port_entities VALUES (?, ?, ?)",
            (blueprint, entity["identifier"], orjson.dumps(entity).decode()),
        )

    def delete(self, blueprint: str, identifier: str) -> None:
        """Remove an entity."""
        self._store.execute(
            "DELETE FROM port_entities WHERE blueprint = ? AND identifier = ?",
            (blueprint, identifier),
        )

    def of_blueprint(self, blueprint: str) -> list[dict[str, Any]]:
        """Return all entities of a blueprint, by identifier."""
        rows = self._store.all(
            "SELECT document FROM port_entities WHERE blueprint = ? ORDER BY identifier",
            (blueprint,),
        )
        return [orjson.loads(row[0]) for row in rows]

    def leading_to(self, blueprint: str, relation: str, target: str) -> list[dict[str, Any]]:
        """Return the entities of a blueprint whose relation leads to the target."""
        # json_each gives the items of a list, and a single text as itself.
        rows = self._store.all(
            "SELECT document FROM port_entities, json_each(document, ?) AS related"
            " WHERE blueprint = ? AND related.value = ?",
            (f'$.relations."{relation}"', blueprint, target),
        )
        return [orjson.loads(row[0]) for row in rows]
