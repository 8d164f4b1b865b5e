"""A bare client for the Optiply sandbox, and a clock that tests move."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import requests

from sandbox import credentials
from sandbox.optiply import OptiplySandbox

START = 1_700_000_000.0  # 2023-11-14T22:13:20Z
CONTENT_TYPE = "application/vnd.api+json"


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass
class Caller:
    """Requests as the API wants them; every part can be replaced to see it refused."""

    sandbox: OptiplySandbox
    session: requests.Session = field(default_factory=requests.Session)

    def token(self, **changed: str) -> requests.Response:
        form = {
            "grant_type": "password",
            "username": credentials.OPTIPLY_USERNAME,
            "password": credentials.OPTIPLY_PASSWORD,
        } | {name: value for name, value in changed.items() if name != "client_secret"}
        secret = changed.get("client_secret", credentials.OPTIPLY_CLIENT_SECRET)
        return requests.post(
            self.sandbox.token_url, data=form, auth=(credentials.OPTIPLY_CLIENT_ID, secret), timeout=10
        )

    def log_in(self) -> None:
        self.session.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"
        self.session.headers["Content-Type"] = CONTENT_TYPE

    def call(
        self,
        method: str,
        path: str,
        attributes: dict[str, Any] | None = None,
        *,
        body: str | None = None,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        if attributes is not None:
            body = json.dumps({"data": {"type": path.split("/")[0], "attributes": attributes}})
        if query is None and method != "GET":
            query = {
                "accountId": credentials.OPTIPLY_ACCOUNT_ID,
                "couplingId": credentials.OPTIPLY_COUPLING_ID,
            }
        return self.session.request(
            method,
            f"{self.sandbox.base_url}/{path}",
            params=query,
            data=body,
            headers=headers,
            timeout=10,
        )

    def created(self, entity: str, **attributes: Any) -> int:
        answer = self.call("POST", entity, attributes)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["data"]["id"])

    def listed(self, entity: str, **query: Any) -> dict[str, Any]:
        given = {f"filter[{key}]" if "[" not in key and key != "sort" else key: v for key, v in query.items()}
        answer = self.call("GET", entity, query={"filter[accountId]": credentials.OPTIPLY_ACCOUNT_ID} | given)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def ids(self, entity: str, **query: Any) -> list[int]:
        return [int(row["id"]) for row in self.listed(entity, **query)["data"]]
