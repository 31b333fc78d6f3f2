"""A fake vendor made from the vendor's own specification: what it does not allow, a test does not pass.

The vendor's folder has `tests/fake.py` with one class:

    class FakeAcme(RestFake):                        GraphQLFake of `fake.graphql` likewise
        adapter = Acme
        specifications = (Specification("acme/openapi.json", "A", base="/v2", overlay=HERE / "overlay.yaml"),)
        credentials = {"key": "test-key"}
        wrong_credentials = {"key": "test-wrong"}
        passthrough = {"method": "GET", "path": "/items"}

        def admits(self, request): return request.headers.get("x-key") == "test-key"

        @serves("GET", "/items")                     method and path as in the specification
        def items(self, call: Call) -> Any: ...      an answer: JSON, or `Reply` for another status or headers

        def held(self, resource): ...                ids of the records that a full read has to give
        def change(self, resource): ...              something happens at the vendor; ids of the records that changed
        def crowd(self): ...                         puts in so much that lists have several pages
        def subscribed(self): ...                    of a vendor with webhooks: topics it sends messages about
        def tell(self, resource, changed): ...       and the messages about what has just changed
        scenes = (Scene("adjust_inventory", ...),)   calls to record and to try, see `scenes`

It is a `Transport`: `VendorClient(FakeAcme())` talks to it. It holds every request against the specification (path,
query, headers, body, credentials) and every answer of its own, and raises `SpecificationViolation` where they do not
fit; unknown fields and parameters do not fit either. State is yours: plain Python that writes change and reads show.
`fake.fail(Fault.TOO_MANY)` makes the next request go wrong; the kinds are in `faults`.

Where a specification is wrong, the overlay beside the fake says what to put instead and how that is known. Its format
is in `specification`.

Specifications are not part of this project: they lie in `../shared/vendors`, or where CROSSDOCK_SPECIFICATIONS says.
The contract suite runs every fake it finds, `make check NAME=acme` those of one vendor. It needs the packages of the
extra `fakes`: graphql-core and PyYAML.
"""

from crossdock.integrations.kit.fake.faults import Fault as Fault
from crossdock.integrations.kit.fake.finding import find as find
from crossdock.integrations.kit.fake.paging import numbered as numbered
from crossdock.integrations.kit.fake.paging import offset as offset
from crossdock.integrations.kit.fake.rest import RestFake as RestFake
from crossdock.integrations.kit.fake.scenes import Scene as Scene
from crossdock.integrations.kit.fake.specification import Specification as Specification
from crossdock.integrations.kit.fake.specification import SpecificationViolation as SpecificationViolation
from crossdock.integrations.kit.fake.specification import specifications_folder as specifications_folder
from crossdock.integrations.kit.fake.vendor import Call as Call
from crossdock.integrations.kit.fake.vendor import FakeVendor as FakeVendor
from crossdock.integrations.kit.fake.vendor import Reply as Reply
from crossdock.integrations.kit.fake.vendor import serves as serves
