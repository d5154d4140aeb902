"""The run that is decoded and served in the measurements: Port's v2 shape, all fields known."""

from __future__ import annotations

import orjson

RUN = {
    "id": "r_QOz6WoOB1Q2lmhZZ",
    "status": "SUCCESS",
    "statusLabel": None,
    "blueprint": {"identifier": "microservice", "title": "Service", "icon": "Microservice"},
    "entity": {"identifier": "my-microservice", "title": "My microservice"},
    "action": {"identifier": "create_microservice", "title": "Create microservice"},
    "endedAt": "2022-12-07T14:51:52.796Z",
    "source": "UI",
    "requiredApproval": False,
    "link": "https://ci.example.com/jobs/3617893813",
    "summary": "Run completed successfully!",
    "properties": {"name": "my-microservice", "region": "eu-west-1"},
    "createdAt": "2022-12-07T12:53:52.916Z",
    "updatedAt": "2022-12-07T14:51:52.796Z",
    "createdBy": "auth0|638879fa62c686d381b36ecb",
    "updatedBy": "KZ5zDPudPshQMShUb4cLopBEE1fNSJGE",
}
ONE = orjson.dumps(RUN)
MANY = orjson.dumps([RUN] * 100)
ANSWER = orjson.dumps({"ok": True, "run": RUN})
