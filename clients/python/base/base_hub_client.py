"""How requests reach a hub. The methods for its operations are made from clients/operations."""

import asyncio
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Optional, TypeVar, Union
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from .base_model import Upload
from .hub_error import HubError, hub_error
from .request_body import request_body, without_files

TOO_MANY_REQUESTS = 429
Self = TypeVar("Self", bound="BaseHubClient")

# Seconds to wait where an answer with 429 does not say.
SHORT_WAIT = 1.0
# Close codes of a WebSocket for a token that is unknown or revoked.
TOKEN_REFUSED = (4401, 4403)
# Seconds between attempts to make a lost connection again.
RECONNECT = (0.2, 1.0, 3.0, 10.0)


def upload_of(file: Union[str, Path, bytes]) -> Upload:
    """A photo or an archive to upload: the path of a file, or its content."""
    if isinstance(file, bytes):
        return Upload("file", BytesIO(file), "application/octet-stream")
    return Upload(Path(file).name, open(file, "rb"), "application/octet-stream")


def seconds_of(retry_after: Optional[str]) -> float:
    try:
        return float(retry_after or SHORT_WAIT)
    except ValueError:  # a date, which a proxy may send
        return SHORT_WAIT


class BaseHubClient:
    """Client of a hub, for ``async with``.

    Every method raises HubError with the code and the message of the hub. Requests that the hub refuses with 429 are sent again
    after the seconds that it names: ``retries`` times, if it asks for at most ``max_wait`` seconds.
    """

    def __init__(
        self, url: str, token: str, *, retries: int = 4, max_wait: float = 60.0, timeout: Optional[float] = 600.0
    ) -> None:
        """``url`` has the path of the hub behind a proxy, for example https://example.com/hub; ``timeout`` is in seconds."""
        self._url = url.rstrip("/")
        self._token = token
        self._retries = retries
        self._max_wait = max_wait
        self._http = httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=timeout)

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self._http.aclose()

    async def execute(
        self, query: str, operation_name: Optional[str] = None, variables: Optional[dict[str, Any]] = None, **kwargs: Any
    ) -> httpx.Response:
        """Sends a query or mutation, with the files in its variables."""
        body = request_body(query, operation_name or "", variables or {})
        for attempt in range(self._retries + 1):
            try:
                # httpx reads files from their beginning each time.
                response = await self._http.post(f"{self._url}/graphql", **body, **kwargs)
            except httpx.TransportError as error:
                raise HubError("HUB_UNREACHABLE", f"No hub answers at {self._url}: {error}.") from error
            if response.status_code != TOO_MANY_REQUESTS or attempt == self._retries:
                break
            wait = seconds_of(response.headers.get("retry-after"))
            if wait > self._max_wait:
                break
            await asyncio.sleep(wait)
        return response

    def get_data(self, response: httpx.Response) -> dict[str, Any]:
        """The data of an answer. Raises HubError if it has errors."""
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if isinstance(answer, dict) and answer.get("errors"):
            raise hub_error(answer["errors"], response.headers.get("x-request-id"))
        if isinstance(answer, dict) and answer.get("data") is not None:
            return answer["data"]
        message = f"{self._url} is not a hub: it answers with status {response.status_code}."
        raise HubError("HUB_UNREACHABLE", message)

    async def execute_ws(
        self, query: str, operation_name: Optional[str] = None, variables: Optional[dict[str, Any]] = None, **kwargs: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """Answers of a subscription until it ends (protocol graphql-transport-ws)."""
        url = f"ws{self._url.removeprefix('http')}/graphql"
        subscription = {"query": query, "operationName": operation_name, "variables": {}}
        subscription["variables"] = without_files(variables or {}, "variables", {})
        try:
            async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], **kwargs) as socket:
                credentials = {"authorization": f"Bearer {self._token}"}
                await socket.send(json.dumps({"type": "connection_init", "payload": credentials}))
                async for text in socket:
                    message = json.loads(text)
                    kind, payload = message["type"], message.get("payload")
                    if kind == "connection_ack":
                        sent = {"id": str(uuid4()), "type": "subscribe", "payload": subscription}
                        await socket.send(json.dumps(sent))
                    elif kind == "ping":
                        await socket.send(json.dumps({"type": "pong"}))
                    elif kind == "next" and payload.get("errors"):
                        raise hub_error(payload["errors"])
                    elif kind == "next":
                        yield payload["data"]
                    elif kind == "error":
                        raise hub_error(payload)
                    elif kind == "complete":
                        return
                raise HubError("HUB_UNREACHABLE", f"The connection to the hub at {self._url} is lost.")
        except ConnectionClosed as closed:
            raise self._closed(closed) from closed
        except (OSError, InvalidHandshake) as error:
            raise HubError("HUB_UNREACHABLE", f"No hub answers at {self._url}: {error}.") from error

    async def follow_run(self, id: str, after: int = 0) -> AsyncIterator[Any]:
        """Events of a run after a number, then live until the run ends. A lost connection is made again; no event is missed."""
        lost = 0
        while True:
            try:
                async for event in self.run_events(id=id, after=after):  # type: ignore[attr-defined]
                    after, lost = event.number, 0
                    yield event
                return
            except HubError as error:
                if error.code != "HUB_UNREACHABLE" or lost == len(RECONNECT):
                    raise
                await asyncio.sleep(RECONNECT[lost])
                lost += 1

    def _closed(self, closed: ConnectionClosed) -> HubError:
        code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (None, "")
        if code in TOKEN_REFUSED:
            return HubError("UNAUTHENTICATED", f"The hub does not accept the token: {reason}.")
        return HubError("HUB_UNREACHABLE", f"The connection to the hub at {self._url} is lost.")
