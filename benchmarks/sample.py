"""The run that is decoded and served in the measurements: that of Port's own tutorial, ended."""

from __future__ import annotations

import orjson

RUN = {
    "id": "r_QOz6WoOB1Q2lmhZZ",
    "status": "SUCCESS",
    "blueprint": {"identifier": "microservice", "title": "Service"},
    "action": "create_microservice",
    "endedAt": "2022-12-07T14:51:52.796Z",
    "source": "UI",
    "link": "https://ci.example.com/jobs/3617893813",
    "message": {"run_status": "Run completed successfully!"},
    "relatedEntityExists": False,
    "relatedBlueprintExists": True,
    "properties": {"name": "my-microservice", "region": "eu-west-1"},
    "createdAt": "2022-12-07T12:53:52.916Z",
    "updatedAt": "2022-12-07T14:51:52.796Z",
    "createdBy": "auth0|638879fa62c686d381b36ecb",
    "updatedBy": "KZ5zDPudPshQMShUb4cLopBEE1fNSJGE",
}
ONE = orjson.dumps(RUN)
MANY = orjson.dumps([RUN] * 100)
ANSWER = orjson.dumps({"ok": True, "run": RUN})
