"""The one admin that a run is given, used to make others and never changed itself."""

from typing import Any

import httpx

from quintet_conformance.operations import Client
from quintet_conformance.site import PreparationError, Site

Json = Any


class Administrator:
    """Signs in when needed: logins by one name are rationed, so tokens are kept."""

    def __init__(self, site: Site, username: str, password: str) -> None:
        self.site = site
        self.username = username
        self.password = password
        self._client: Client | None = None

    def set_role(self, username: str, role: str) -> None:
        response = self._update(username, role=role)
        if response.status_code == 401:
            self._client = None
            response = self._update(username, role=role)
        if response.status_code not in {200, 404}:
            msg = f"could not make {username} {role}: {response.text[:500]}"
            raise PreparationError(msg)

    def _update(self, username: str, **changes: Json) -> httpx.Response:
        if self._client is None:
            account = {"id": 0, "username": self.username, "email": ""}
            self._client = self.site.sign_in(account, self.password)
        return self._client.update_user(username, **changes)
