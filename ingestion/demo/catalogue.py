"""What the shop sells: sixty products in six categories and three revenue streams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo.company import BASE_RATES
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import Amounts

EDITIONS = ("Essentiel", "Pro")

TOP_PRODUCT = 1
"""Planted: sells far more than any other product."""


@dataclass(frozen=True)
class Category:
    """Products of one kind; ``prices`` is their range in euros."""

    name: str
    stream: str
    prices: tuple[int, int]
    subcategories: tuple[str, str]
    lines: tuple[str, ...]


CATEGORIES = (
    Category(
        "Licences",
        "contractual",
        (90, 280),
        ("Bureau", "Métier"),
        ("Atlas", "Boréal", "Cèdre", "Delta", "Érable"),
    ),
    Category(
        "Abonnements",
        "recurring",
        (19, 160),
        ("Cloud", "Sauvegarde"),
        ("Flux", "Granit", "Horizon", "Iris", "Jade"),
    ),
    Category(
        "Support",
        "recurring",
        (45, 190),
        ("Assistance", "Astreinte"),
        ("Kanopé", "Lumen", "Mistral", "Nacre", "Onde"),
    ),
    Category(
        "Matériel",
        "one_off",
        (60, 320),
        ("Postes", "Réseau"),
        ("Pivot", "Quartz", "Relais", "Signal", "Tempo"),
    ),
    Category(
        "Accessoires",
        "one_off",
        (9, 95),
        ("Câblage", "Mobilité"),
        ("Ubac", "Vigie", "Wagon", "Xylo", "Ypsilon"),
    ),
    Category(
        "Formation",
        "one_off",
        (120, 290),
        ("Présentiel", "À distance"),
        ("Zénith", "Alto", "Brise", "Cobalt", "Dune"),
    ),
)


@dataclass(frozen=True)
class Catalogue:
    """The products, in the order of their position.

    Attributes:
        products: one row per product, prices in whole euro cents.
        price: price of one unit in cents of each currency, by currency (rows) and product.
        cost: cost of one unit, likewise.
        popularity: part of the order lines of each product; adds up to 1.
    """

    products: pl.DataFrame
    price: Amounts
    cost: Amounts
    popularity: npt.NDArray[np.float64]

    @property
    def product_ids(self) -> list[str]:
        """Keys of the products; leading zeros are significant."""
        return self.products["product_id"].to_list()

    @property
    def streams(self) -> list[str]:
        """Revenue stream of each product."""
        return self.products["stream"].to_list()

    @property
    def mean_price(self) -> float:
        """Price in euro cents of the average line's product."""
        return float(self.price[0] @ self.popularity)


def draw_catalogue(setting: Setting) -> Catalogue:
    """Draw prices, costs and popularity; the names are always the same."""
    rng = setting.stream("catalogue")
    named = [
        (category, line, edition)
        for category in CATEGORIES
        for line in category.lines
        for edition in EDITIONS
    ]
    low, high = np.array([category.prices for category, _, _ in named]).T
    euros = np.rint(low * (high / low) ** rng.random(len(named)))
    price = euros.astype(np.int64) * 100 - 10
    price[TOP_PRODUCT] = 28_990
    cost = np.rint(price * rng.uniform(0.35, 0.65, len(named))).astype(np.int64)
    popularity = rng.permutation(1 / np.arange(6, 6 + len(named)))
    popularity[TOP_PRODUCT] = popularity.sum() * 0.12
    abroad = np.array([[100 / rate] for rate in BASE_RATES])
    return Catalogue(
        products=pl.DataFrame(
            {
                "product_id": [f"{index + 1:05d}" for index in range(len(named))],
                "name": [f"{line} {edition}" for _, line, edition in named],
                "sku": [
                    f"{category.name[:3].upper()}-{1000 + 37 * index}"
                    for index, (category, _, _) in enumerate(named)
                ],
                "category": [category.name for category, _, _ in named],
                "subcategory": [
                    category.subcategories[index % 2] for index, (category, _, _) in enumerate(named)
                ],
                "stream": [category.stream for category, _, _ in named],
                "price": price,
                "cost": cost,
                "is_active": rng.random(len(named)) > 0.06,
            }
        ),
        price=np.rint(price * abroad).astype(np.int64),
        cost=np.rint(cost * abroad).astype(np.int64),
        popularity=popularity / popularity.sum(),
    )
