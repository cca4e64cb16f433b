"""The seller's catalogue and customers: currencies, products, who pays where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from invoice_simulators.wire import Json


@dataclass(frozen=True, slots=True)
class Keys:
    """The custom-field keys with the provider's ids in Metronome."""

    customer: str
    destination: str
    item: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A Metronome credit type that is a currency; amounts are in ``1/per_major`` of it."""

    id: str
    name: str
    currency: str
    per_major: int

    @property
    def credit_type(self) -> Json:
        """The object of the API."""
        return {"id": self.id, "name": self.name}

    def major(self, amount: Decimal) -> Decimal:
        """Return an amount in major units, exactly."""
        return amount / self.per_major


USD = Unit("2714e483-4ff1-48e4-9e25-ac732e8f24f2", "USD (cents)", "USD", 100)
EUR = Unit("63d36f0a-9d7d-4b5b-a9c1-0a6c2f8e7c11", "EUR", "EUR", 1)
# Not a currency, so an invoice in it cannot be billed.
TOKENS = Unit("c1f7a2de-5a0e-4a8f-8a55-0f5f5a3d9b77", "Galactic Tokens", "Galactic Tokens", 1)

# A custom pricing unit, which is not part of an invoice's total.
CREDITS: Json = {"id": "5b0c1a57-16f5-4f39-8a3c-9f0f2c1f64aa", "name": "AI Credits"}

NO_SUCH_CUSTOMER = "unknown-customer"
# Ids that every simulated provider refuses.
NO_SUCH_ITEM = "unknown-item"


@dataclass(frozen=True, slots=True)
class Product:
    """A product. ``item_id`` null: not mapped."""

    name: str
    item_id: str | None

    @property
    def id(self) -> str:
        """The same in every scenario."""
        return str(uuid5(NAMESPACE_URL, f"product/{self.name}"))


NAMES = (
    "API calls",
    "Storage",
    "Data transfer",
    "Compute hours",
    "Seats",
    "Support plan",
    "Model tokens",
    "Backups",
)
PRODUCTS = tuple(Product(name, str(2001 + index)) for index, name in enumerate(NAMES))
UNMAPPED = (
    Product("Beta feature", None),
    Product("Legacy add-on", None),
    Product("Field test", None),
)
REFUSED = Product("Withdrawn product", NO_SUCH_ITEM)
COMMIT = Product("Annual commitment", "2090")
CONVERSION = Product("AI Credits conversion", "2091")
CREDIT = Product("Service credit", "2092")


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the seller; null fields are not mapped."""

    id: str
    name: str
    unit: Unit
    external_id: str | None
    destination: str | None

    def custom_fields(self, keys: Keys) -> Json:
        """Return the custom fields as in Metronome, including an irrelevant one."""
        given = {keys.customer: self.external_id, keys.destination: self.destination}
        return {name: value for name, value in given.items() if value is not None} | {
            "segment": "enterprise"
        }


def new_id(random: Random) -> str:
    """Draw a random UUID."""
    return str(UUID(int=random.getrandbits(128), version=4))


def sound_customers(random: Random, destinations: Sequence[str], count: int) -> Iterator[Customer]:
    """Yield mapped customers: destinations in turn, two in dollars per one in euro."""
    for index in range(count):
        destination = destinations[index % len(destinations)]
        unit = EUR if (index // len(destinations)) % 3 == 2 else USD
        yield Customer(
            new_id(random),
            f"Customer {index + 1}",
            unit,
            external_id(destination, index),
            destination,
        )


def external_id(destination: str, index: int) -> str:
    """Return a customer id in the provider's form."""
    return f"cust_{index + 1:014d}" if destination == "razorpay" else str(1001 + index)
