"""A whole sign-in, as a browser makes it."""

from __future__ import annotations

from typing import Any

from crossdock.link import service, sign_ins
from crossdock.link.service import Completed
from crossdock.platform.engine import Engine


async def complete(
    engine: Engine, link_token: str, vertical: str, name: str, credentials: dict[str, Any], **facts: Any
) -> Completed:
    """Signs in, looks at the permissions, and finishes."""
    await sign_ins.sign_in(engine, link_token, vertical, name, credentials, **facts)
    await sign_ins.check_permissions(engine, link_token)
    return await service.finish(engine, link_token)
