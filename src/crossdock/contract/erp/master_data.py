"""What the documents of an ERP refer to: customers, vendors, employees, items and locations."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read
from crossdock.contract.erp.shapes import Address, erp_resource
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Measurements,
    Record,
    UpdatedDate,
)

Email = Annotated[str | None, Meta(description="E-mail to reach them at.", examples=["john.doe@example.com"])]
Phone = Annotated[str | None, Meta(description="Telephone to reach them at.", examples=["123-456-7890"])]
DefaultCurrency = Annotated[
    str | None, Meta(description="Currency of their documents unless one says otherwise.", examples=["USD"])
]


class Customer(Record, kw_only=True):
    """Somebody who buys."""

    id: Annotated[str, Meta(description="The customer's identifier in the connected system.", examples=["customer_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    customer_number: Annotated[
        str | None, Meta(description="Number of the customer that people use.", examples=["customer_number"])
    ] = None
    name: Annotated[str | None, Meta(description="Name of the customer.", examples=["Acme Corp"])] = None
    email: Email = None
    phone: Phone = None
    billing_address: Annotated[Address | None, Meta(description="Where invoices go.")] = None
    shipping_address: Annotated[Address | None, Meta(description="Where goods go.")] = None
    currency_code: DefaultCurrency = None
    active: Annotated[bool, Meta(description="Whether new documents may name it.", examples=[True])] = True
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class Employee(Record, kw_only=True):
    """Somebody who works with the ERP."""

    id: Annotated[str, Meta(description="The employee's identifier in the connected system.", examples=["employee_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    employee_number: Annotated[
        str | None, Meta(description="Number of the employee that people use.", examples=["employee_number"])
    ] = None
    name: Annotated[str | None, Meta(description="First and last name.", examples=["Jane Smith"])] = None
    email: Email = None
    phone: Phone = None
    title: Annotated[str | None, Meta(description="What the job is called.", examples=["Buyer"])] = None
    purchase_order_limit: Annotated[
        Decimal | None,
        Meta(
            description="Highest total of a purchase order the person may place, in the account's currency.",
            examples=[1000],
        ),
    ] = None
    purchase_order_approval_limit: Annotated[
        Decimal | None,
        Meta(
            description="Highest total of a purchase order the person may approve, in the account's currency.",
            examples=[5000],
        ),
    ] = None
    active: Annotated[bool, Meta(description="Whether the person is employed.", examples=[True])] = True
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class Item(Record, kw_only=True):
    """Something that is bought, kept or sold."""

    id: Annotated[str, Meta(description="The item's identifier in the connected system.", examples=["item_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str | None, Meta(description="Name of the item.", examples=["name"])] = None
    sku: Annotated[
        str | None, Meta(description="Stock keeping unit; the inventory has the same one.", examples=["sku"])
    ] = None
    description: Annotated[str | None, Meta(description="Text about the item.", examples=["description"])] = None
    active: Annotated[bool, Meta(description="Whether new documents may name it.", examples=[True])] = True
    type: Annotated[
        str | None, Meta(description="Kind of item in the connected system's words.", examples=["inventory"])
    ] = None
    gtin: Annotated[str | None, Meta(description="Global trade item number: UPC, EAN or ISBN.", examples=["gtin"])] = (
        None
    )
    unit_price: Annotated[
        Decimal | None, Meta(description="Selling price of one unit, in the account's currency.", examples=[10.99])
    ] = None
    unit_cost: Annotated[
        Decimal | None, Meta(description="Cost of one unit, in the account's currency.", examples=[1])
    ] = None
    measurements: Annotated[Measurements | None, Meta(description="Size and weight of one unit.")] = None
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class Location(Record, kw_only=True):
    """A place of the company: a warehouse, a store, a production line, a consignment site, or a part of one."""

    id: Annotated[str, Meta(description="The location's identifier in the connected system.", examples=["location_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str | None, Meta(description="Name of the location.", examples=["Bethlehem (PA)"])] = None
    code: Annotated[str | None, Meta(description="Short code of the location.", examples=["ABE-1"])] = None
    type: Annotated[
        str | None,
        Meta(
            description="Kind of location in the connected system's words, such as warehouse or store.",
            examples=["warehouse"],
        ),
    ] = None
    parent_location_id: Annotated[
        str | None, Meta(description="Location that this one is a part of.", examples=["location_id_0"])
    ] = None
    full_path: Annotated[
        str | None,
        Meta(description="Names from the outermost location down to this one.", examples=["Parent : Child"]),
    ] = None
    address: Annotated[Address | None, Meta(description="Where it is.")] = None
    active: Annotated[bool, Meta(description="Whether it is in use.", examples=[True])] = True
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class Vendor(Record, kw_only=True):
    """Somebody who is bought from."""

    id: Annotated[str, Meta(description="The vendor's identifier in the connected system.", examples=["vendor_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    vendor_number: Annotated[
        str | None, Meta(description="Number of the vendor that people use.", examples=["vendor_number"])
    ] = None
    name: Annotated[str | None, Meta(description="Name of the vendor.", examples=["Acme Supply"])] = None
    email: Email = None
    phone: Phone = None
    address: Annotated[Address | None, Meta(description="Where the vendor is.")] = None
    currency_code: DefaultCurrency = None
    active: Annotated[bool, Meta(description="Whether new documents may name it.", examples=[True])] = True
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


CUSTOMERS = erp_resource(
    "customers", "customer", "Customers", Customer, filters=(filters.text("customer_number"), filters.text("name"))
)
GET_CUSTOMERS = read(CUSTOMERS)
EMPLOYEES = erp_resource("employees", "employee", "Employees", Employee, filters=(filters.text("name"),))
GET_EMPLOYEES = read(EMPLOYEES)
ITEMS = erp_resource("items", "item", "Items", Item, filters=(filters.text("sku"),))
GET_ITEMS = read(ITEMS)
LOCATIONS = erp_resource("locations", "location", "Locations", Location, filters=(filters.text("name"),))
GET_LOCATIONS = read(LOCATIONS)
VENDORS = erp_resource(
    "vendors", "vendor", "Vendors", Vendor, filters=(filters.text("vendor_number"), filters.text("name"))
)
GET_VENDORS = read(VENDORS)
