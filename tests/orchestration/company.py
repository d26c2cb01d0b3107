"""A small company on disk: what the orchestration tests run nights on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CONFIG = """\
company:
  name: Fixture & Sons
  currency: EUR
  timezone: Europe/Paris
schedule: {start_on: 2026-01-01}
funnel:
  - {stage: Open, probability: 0.4, kind: open}
  - {stage: Won, probability: 1, kind: won}
  - {stage: Lost, probability: 0, kind: lost}
sources:
  crm:
    connector: files
    path: crm
    owner: the CRM team
    retries: {attempts: 1}
    tables:
      teams: {read: teams.csv}
      reps: {read: reps.csv}
      deals: {read: deals.csv}
  shop:
    connector: files
    path: shop
    retries: {attempts: 1}
    tables:
      products: {read: products.csv}
      orders: {read: orders.csv, load: incremental, cursor: updated_at}
      order_lines: {read: order_lines.csv}
  plan:
    connector: files
    path: plan
    on_failure: use_last_good
    retries: {attempts: 1}
    tables:
      targets: {read: targets.csv}
gates:
  default: {freshness_severity: "off"}
  datasets: {deals: {quarantined_ratio: 0.4}}
"""
REPORTS = "reports: {editions: [board], languages: [en]}\n"
"""Last line of its configuration."""

FILES = {
    "crm/teams.csv": "team_id,team_name\nT1,North\n",
    "crm/reps.csv": "rep_id,rep_name,team_id\n007,Ana Ruiz,T1\n008,Bo Chen,T1\n",
    "crm/deals.csv": (
        "deal_id,rep_id,stage,amount,created_on,closed_on,colour\n"
        "1,007,Won,1000.00,2026-05-04,2026-06-02,red\n"
        "2,008,Lost,500.00,2026-05-05,2026-06-03,\n"
        "3,008,Open,12O.00,2026-06-01,,\n"
    ),
    "shop/products.csv": "product_id,product_name,product_category,unit_cost_amount\nP1,Lamp,Lights,4\n",
    "shop/orders.csv": (
        "order_id,ordered_at,rep_id,channel,updated_at\n"
        "A,2026-06-01T10:00:00Z,007,online,2026-06-01T10:00:00Z\n"
        "B,2026-06-02T22:30:00Z,008,store,2026-06-02T22:30:00Z\n"
    ),
    "shop/order_lines.csv": (
        "order_id,line_number,ordered_at,product_id,quantity,net_amount,discount_amount\n"
        "A,1,2026-06-01T10:00:00Z,P1,2,20.00,1.00\n"
        "B,1,2026-06-02T22:30:00Z,P1,1,10.00,\n"
    ),
    "plan/targets.csv": (
        "scope_type,scope_id,metric,period_type,period_start_on,plan_version,target_amount\n"
        "company,company,net_sales,month,2026-06-01,plan,660\n"
    ),
}


@dataclass(frozen=True)
class SmallCompany:
    """Its folder, with ``daybook.yaml``, source files and state."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "daybook.yaml"

    @property
    def home(self) -> Path:
        return self.root / "var"

    @property
    def pointer(self) -> Path:
        return self.home / "published" / "sales.duckdb"

    @property
    def index_page(self) -> Path:
        return self.home / "published" / "reports" / "index.html"

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))


def found(root: Path) -> SmallCompany:
    """Write the company into an empty folder."""
    company = SmallCompany(root)
    company.write("daybook.yaml", CONFIG + REPORTS)
    for name, text in FILES.items():
        company.write(name, text)
    return company
