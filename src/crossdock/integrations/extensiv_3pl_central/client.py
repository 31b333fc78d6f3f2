"""How Extensiv is reached, and what is known of it. https://3w.extensiv.com/Rels/

There is no specification of the vendor's own in public, so every fact about the API that the adapter stands on is a
constant here, and nowhere else. Each says where it comes from: `docs` is the REL documentation at the address above,
`clients` are public programs that call the API, `assumed` is neither.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from crossdock.contract.errors import NeedsReconnect, UnexpectedShape
from crossdock.contract.values import ENCODER
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import AuthSession, Credentials, Token, TokenScheme, basic, credential, read_token
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest

NAME = "Extensiv (3PL Central)"
HOST = "https://secure-wms.com"  # docs, Rels/auth
TOKEN = "/AuthServer/api/Token"  # docs, Rels/auth  # noqa: S105 - a path
HAL = {"accept": "application/hal+json", "content-type": "application/hal+json"}
"""docs, Rels/headers: without it, lists come in another shape."""
REL = "http://api.3plCentral.com/rels/"
"""docs, Rels/hal: names of what is embedded begin like this, in this spelling."""
RATE, RATE_SECONDS = 400, 60
"""clients: the vendor publishes no rate and documents no 429; this is what a public client keeps to."""
RATE_SOURCE = "https://github.com/singer-io/tap-3plcentral/blob/master/tap_3plcentral/client.py"

# docs, at the page of each list: larger pages are an error.
CUSTOMERS_PER_PAGE = ITEMS_PER_PAGE = 100
ORDERS_PER_PAGE = 200
"""docs allow 1,000; with all their details that is more than an answer should hold."""
RECEIVERS_PER_PAGE = 200
STOCK_PER_PAGE = 500
PLACES_PER_PAGE = 500
"""assumed: the pages of facilities and locations name no limit."""

# Names in filters and sort orders (RQL): docs, Rels/rql: those of the model, dotted, in any case.
CUSTOMER_ID = "readonly.customerid"
OWNER_ID = "readonly.customeridentifier.id"
ITEM_ID = "itemid"
STOCK_ITEM_ID = "itemidentifier.id"
STOCK_ID = "receiveitemid"
ORDER_ID = "readonly.orderid"
RECEIVER_ID = "readonly.receiverid"
ADJUSTMENT_ID = "readonly.adjustmentid"
FACILITY_ID = "facilityid"
LOCATION_ID = "locationid"
REFERENCE = "referencenum"
SKU = "sku"
STATUS = "readonly.status"
CHANGED = "readonly.lastmodifieddate"

# docs, inventory/receivers: kinds of receivers. An announcement is one that is received against later.
RETURNED, ANNOUNCED = 1, 2
# docs, orders/order, inventory/receiver and adjustment: WarehouseTransactionApiStatus, the same of all of them. Closed
# is "has been confirmed", which is how goods are sent.
OPEN, CLOSED, CANCELED = 0, 1, 2
ALL_DETAILS = {"detail": "All", "itemdetail": "All"}
"""docs, orders/orders and inventory/receivers: without them there are no lines."""
CONFLICT = 412
"""docs, Rels/exceptions: the ETag of `If-Match` is not the present one."""
REASON = "Called off by the merchant"
"""docs, orders/ordercancel: a reason is required. clients: so it is at inventory/receivercancel."""
DEFAULT_UNIT = "Each"
"""clients: the unit that most of them name; an item has to have one."""
NEW_LINE = 0
"""docs, inventory/receiveritem: the number of a line that is to be made; any other changes the line that has it."""
ADJUSTED = "item"
"""clients: the name of the lines of a new adjustment, which docs describe in inventory/adjustments without it."""
KIT_NOTES = "materialNotes"
"""docs, customers/item: kits are found by their notes having a value. assumed: so a kit should have some."""
ATTEMPTS = 3
"""How often a change is tried again when somebody else changed the same record in between."""
_DATE = "%Y-%m-%dT%H:%M:%S"

Zone = Literal[
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "America/Halifax",
    "America/St_Johns",
    "America/Regina",
    "America/Mexico_City",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Singapore",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
]


class ExtensivCredentials(Credentials, kw_only=True, frozen=True):
    """What the warehouse gives out to those who connect to it."""

    client_id: Annotated[
        str, credential("Client id", "From the warehouse: Credential Management in 3PL Warehouse Manager.")
    ]
    client_secret: Annotated[str, credential("Client secret", "Given out together with the client id.", secret=True)]
    user_login: Annotated[
        str, credential("User login", "Name of the user who acts, or its number.", example="api-user")
    ]
    time_zone: Annotated[
        Zone, credential("Time zone", "That of the warehouse: the API writes times in it and does not name it.")
    ]
    tpl_key: Annotated[
        str, credential("3PL key", "Only for credentials that serve several warehouses: which one, as a GUID.")
    ] = ""
    customer_id: Annotated[
        str, credential("Customer id", "Only this customer's records; left out, those of all that the user may see.")
    ] = ""


class ClientCredentials(TokenScheme):
    """Trades client id and secret for a token, which says in JSON who acts. It holds for 30 to 60 minutes."""

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        # https://3w.extensiv.com/Rels/auth
        login, key = session.text("user_login"), session.text("tpl_key")
        # docs name `user_login`, clients `user_login_id` for the number.
        body = {"grant_type": "client_credentials", "user_login_id" if login.isdigit() else "user_login": login}
        if key:
            body["tpl"] = key
        headers = {
            "authorization": basic(session.text("client_id"), session.text("client_secret")),
            "accept": "application/json",
            "content-type": "application/json",
        }
        answer = await session.send(VendorRequest("POST", f"{HOST}{TOKEN}", headers, ENCODER.encode(body)))
        words = words_of(answer) if 400 <= answer.status < 500 else None
        if words is not None and answer.status != 429:
            raise NeedsReconnect.credentials(NAME, vendor_message=words.message)
        return read_token(answer, NAME)


class Refusal(msgspec.Struct, frozen=True, rename="pascal"):
    """docs, Rels/exceptions: the body of a refusal. Which of the texts are there depends on its kind."""

    error_code: str | None = None
    hint: str | None = None
    message: str | None = None
    parameters: list[str] | None = None
    properties: list[dict[str, Any]] | None = None


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """Extensiv's words in a refusal; errors of the server itself are plain text."""
    try:
        found: Refusal = answer.json(Refusal)
    except UnexpectedShape:
        return None
    about = [str(item.get("Name")) for item in found.properties or [] if item.get("Name")] + (found.parameters or [])
    text = found.message or found.hint or found.error_code
    if text is None:
        return None
    missing = [name for name in about if name not in text]
    return VendorMessage(f"{text} ({', '.join(missing)})" if missing else text, found.error_code)


def rql(*conditions: str | None) -> str | None:
    """Conditions that all have to hold."""
    return ";".join(condition for condition in conditions if condition) or None


def value(text: str) -> str:
    """A text in a condition. docs, Rels/rql: the server decodes it twice, so signs with a meaning survive the first."""
    return quote(text, safe="")


def one_of(name: str, numbers: Sequence[int]) -> str:
    """Whether a number is one of several."""
    return f"{name}=in=({','.join(str(number) for number in numbers)})"


def since(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """Whether something changed since a moment.

    Where clocks are set back within the next hour, times of the warehouse go through the same hour twice, so an hour
    more is asked for.
    """
    if moment is None:
        return None
    local = moment.astimezone(zone).replace(tzinfo=None)
    later = (moment.astimezone(UTC) + timedelta(hours=1)).astimezone(zone).replace(tzinfo=None)
    if later - local < timedelta(hours=1):
        local -= timedelta(hours=1)
    return f"{CHANGED}=ge={local.strftime(_DATE)}"


def written(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as the API takes it: the warehouse's time."""
    return moment.astimezone(zone).strftime(_DATE)


def number_in(text: str) -> int | None:
    """The number that an id is; None when it is none, so nothing can have it."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def sent_back(document: dict[str, Any]) -> dict[str, Any]:
    """A record as it goes back with a change: all that was read but for its links, since it is replaced as a whole."""
    return {name: copy.deepcopy(value) for name, value in document.items() if name != "_links"}


def links(document: dict[str, Any]) -> dict[str, Any]:
    """What does not go back."""
    return {name: value for name, value in document.items() if name == "_links"}
