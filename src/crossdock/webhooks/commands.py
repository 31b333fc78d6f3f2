"""`crossdock webhooks`: endpoints from the command line."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.table import Column, Table

from crossdock.platform import start
from crossdock.platform.engine import Engine
from crossdock.platform.start_errors import StartRefused
from crossdock.webhooks import delivery_log, service, store
from crossdock.webhooks.deliver import Outcome
from crossdock.webhooks.delivery_log import DeliveryFilter
from crossdock.webhooks.messages import event_id
from crossdock.webhooks.store import EndpointRow

Run = Callable[[Callable[[Engine], Awaitable[Any]]], Any]
"""Runs work with an engine on the configured database."""
Organization = Annotated[
    str | None, typer.Option("--organization", help="Name or id of the organization; the first one by default.")
]
Endpoint = Annotated[str, typer.Argument(help="The endpoint, as `webhooks list` names it.")]
_LISTED = 1000
console = Console()


def _status(row: EndpointRow) -> str:
    if row.disabled_at is not None:
        return f"disabled: {row.disabled_reason}"
    return "paused" if row.paused else "active"


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise StartRefused(f"{text} is not the id of an endpoint") from None


def _code(path: Path | None) -> str | None:
    try:
        return None if path is None else path.read_text()
    except OSError as error:
        raise StartRefused(f"cannot read {path}: {error.strerror}") from None


def make(run: Run) -> typer.Typer:
    """The commands."""
    app = typer.Typer(no_args_is_help=True, help="Endpoints that events are sent to.")
    _add_reading(app, run)
    _add_making(app, run)
    _add_changing(app, run)
    _add_sending(app, run)
    return app


def _add_reading(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_endpoints(organization: Organization = None) -> None:
        """List the endpoints."""

        async def work(engine: Engine) -> list[EndpointRow]:
            owner = await start.organization(engine, organization)
            async with engine.database.transaction(owner) as connection:
                return await store.list_all(connection, None, _LISTED)

        table = Table(Column("Id", no_wrap=True, min_width=36), "Address", "Events", "Status")
        for row in run(work):
            table.add_row(str(row.id), row.url, ", ".join(row.event_types or ["all"]), _status(row))
        console.print(table)

    @app.command("deliveries")
    def list_deliveries(
        endpoint: Endpoint,
        state: Annotated[
            str | None, typer.Option(help="Only those that are pending, delivered, failed or cancelled.")
        ] = None,
        limit: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=1000)] = 20,
        organization: Organization = None,
    ) -> None:
        """List what became of events at an endpoint."""

        async def work(engine: Engine) -> Any:
            owner = await start.organization(engine, organization)
            row = await service.find(engine, owner, _identifier(endpoint))
            async with engine.database.transaction(owner) as connection:
                return await delivery_log.list_deliveries(connection, row.id, DeliveryFilter(state=state), limit)

        table = Table("Event", "Type", "Record", "State", "Attempts")
        for row in run(work):
            table.add_row(
                event_id(row.sequence), row.event_type or "", row.record_id or "", row.state, str(row.attempts)
            )
        console.print(table)

    @app.command("secret")
    def show_secret(
        endpoint: Endpoint,
        rotate: Annotated[
            bool, typer.Option("--rotate", help="Make a new one; the old one signs too for 24 hours.")
        ] = False,
        organization: Organization = None,
    ) -> None:
        """Print the secret that an endpoint's messages are signed with."""

        async def work(engine: Engine) -> str:
            owner = await start.organization(engine, organization)
            wanted = service.rotate if rotate else service.secret_of
            return (await wanted(engine, owner, _identifier(endpoint))).secret

        sys.stdout.write(run(work) + "\n")


def _add_making(app: typer.Typer, run: Run) -> None:
    @app.command("create")
    def create(
        url: Annotated[str, typer.Argument(help="Address to send to, http or https.")],
        event_type: Annotated[list[str] | None, typer.Option(help="Event to send; all by default.")] = None,
        connection_id: Annotated[list[str] | None, typer.Option(help="Connection to tell of; all by default.")] = None,
        customer_id: Annotated[list[str] | None, typer.Option(help="Customer to tell of; all by default.")] = None,
        environment: Annotated[
            Literal["test", "production"] | None, typer.Option(help="Only sandboxes, or only others.")
        ] = None,
        transformation: Annotated[
            Path | None, typer.Option(help="File with JavaScript that has a function handler(webhook).")
        ] = None,
        description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
        organization: Organization = None,
    ) -> None:
        """Send events to an address from now on. Prints its id and the secret that signs them."""
        given = {
            "url": url,
            "description": description,
            "event_types": event_type or None,
            "connection_ids": [_identifier(item) for item in connection_id] if connection_id else None,
            "customer_ids": customer_id or None,
            "environment": environment,
            "transformation": _code(transformation),
        }

        async def work(engine: Engine) -> tuple[EndpointRow, str]:
            return await service.create(engine, await start.organization(engine, organization), given)

        row, secret = run(work)
        sys.stdout.write(f"ENDPOINT_ID={row.id}\nWEBHOOK_SECRET={secret}\n")

    @app.command("delete")
    def delete(endpoint: Endpoint, organization: Organization = None) -> None:
        """Remove an endpoint with its log."""

        async def work(engine: Engine) -> None:
            await service.delete(engine, await start.organization(engine, organization), _identifier(endpoint))

        run(work)
        console.print("deleted")


def _add_changing(app: typer.Typer, run: Run) -> None:
    def change(endpoint: str, organization: str | None, changes: dict[str, Any], disabled: bool | None = None) -> None:
        async def work(engine: Engine) -> EndpointRow:
            owner = await start.organization(engine, organization)
            return await service.update(engine, owner, _identifier(endpoint), changes, disabled=disabled)

        console.print(_status(run(work)))

    @app.command("pause")
    def pause(endpoint: Endpoint, organization: Organization = None) -> None:
        """Let the events of an endpoint wait."""
        change(endpoint, organization, {"paused": True})

    @app.command("resume")
    def resume(endpoint: Endpoint, organization: Organization = None) -> None:
        """Send what has waited, and what comes."""
        change(endpoint, organization, {"paused": False})

    @app.command("enable")
    def enable(endpoint: Endpoint, organization: Organization = None) -> None:
        """Enable an endpoint that was disabled; it gets what comes from now on."""
        change(endpoint, organization, {}, disabled=False)

    @app.command("transform")
    def transform(
        endpoint: Endpoint,
        file: Annotated[Path | None, typer.Argument(help="File with JavaScript; without one it is removed.")] = None,
        organization: Organization = None,
    ) -> None:
        """Set or remove the transformation of an endpoint."""
        change(endpoint, organization, {"transformation": _code(file)})


def _add_sending(app: typer.Typer, run: Run) -> None:
    @app.command("test")
    def test(
        endpoint: Endpoint,
        event_type: Annotated[str, typer.Option(help="The event to send an example of.")] = "connection.created",
        organization: Organization = None,
    ) -> None:
        """Send an example of an event and print what came of it; fails when it was not taken."""

        async def work(engine: Engine) -> service.Tested:
            owner = await start.organization(engine, organization)
            return await service.test(engine, owner, _identifier(endpoint), event_type)

        attempt = run(work).attempt
        console.print(attempt.response_head or attempt.error, markup=False)
        raise SystemExit(0 if attempt.outcome is Outcome.DELIVERED else 1)

    @app.command("replay")
    def replay(
        endpoint: Endpoint,
        event: Annotated[str | None, typer.Option(help="One event, such as evt_42.")] = None,
        since: Annotated[str | None, typer.Option(help="Events from then on, such as 2026-01-01T00:00:00Z.")] = None,
        until: Annotated[str | None, typer.Option(help="Events before this time.")] = None,
        missed: Annotated[bool, typer.Option("--missed", help="Only what was not delivered.")] = False,
        organization: Organization = None,
    ) -> None:
        """Send events again: one, those of a span of time, or all that were missed."""

        async def work(engine: Engine) -> int:
            owner = await start.organization(engine, organization)
            return await service.replay(
                engine,
                owner,
                _identifier(endpoint),
                event_id=event,
                since=_moment(since),
                until=_moment(until),
                missed=missed,
            )

        console.print(f"{run(work)} queued")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment: datetime = msgspec.convert(text, Annotated[datetime, msgspec.Meta(tz=True)])
    except msgspec.ValidationError:
        raise StartRefused(f"{text} is not a time with a zone, such as 2026-01-01T00:00:00Z") from None
    return moment
