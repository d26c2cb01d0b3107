"""The assets: each only calls one step of the night and reports what a person wants to see."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, build_dbt_asset_specs

from daybook.config import Config
from ingestion.generation import LoadRecord
from orchestration import night
from orchestration.night import Extracted
from orchestration.resources import Desk
from quality.contracts import Contract, load_contracts
from quality.dbt_sources import RUN_TABLES
from quality.results import CheckResult

AUDIT_CHECK = "audit"
TESTS_CHECK = "dbt_tests"
PUBLISHED = dg.AssetKey(["published", "sales"])


class Layers(DagsterDbtTranslator):
    """Groups dbt's models by their layer: staging, intermediate, marts."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The folder below ``models`` that a model stands in."""
        _project, layer, *_ = dbt_resource_props["fqn"]
        return str(layer)


def extract_asset(source: str, dataset: str, partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """The asset of one table of one source."""
    contract = load_contracts()[dataset]

    @dg.asset(
        key=[source, dataset],
        group_name=source,
        kinds={"polars", "parquet"},
        partitions_def=partitions,
        description=f"{contract.description} Staged from {source}, before the audit.",
        required_resource_keys={"desk"},
    )
    def staged(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        desk: Desk = context.resources.desk
        with desk.step(context, f"extract {source}.{dataset}") as run:
            outcome = night.extract_table(run, source, dataset)
        return dg.MaterializeResult(metadata=_extract_metadata(outcome))

    return staged


def audit_checks(config: Config) -> dg.AssetChecksDefinition:
    """One blocking check per staged table, computed together."""
    tables = config.tables()
    specs = [
        dg.AssetCheckSpec(AUDIT_CHECK, asset=dg.AssetKey([source, dataset]), blocking=True)
        for source, dataset in tables
    ]

    @dg.multi_asset_check(name="audit", specs=specs, required_resource_keys={"desk"})
    def audit(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        """What must hold before a batch may reach the lake."""
        desk: Desk = context.resources.desk
        with desk.step(context, "audit") as run:
            outcome = night.audit(run)
            for source, dataset in tables:
                scope = f"{source}.{dataset}"
                mine = [check for check in outcome.checks if check.scope == scope]
                yield _check_result(AUDIT_CHECK, dg.AssetKey([source, dataset]), mine)
            night.require_passed(outcome)

    return audit


def lake_assets(config: Config, partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Every dataset of the lake, and the run tables beside them, committed in one step."""
    contracts = load_contracts()
    feeds: dict[str, list[dg.AssetKey]] = {dataset: [] for dataset in contracts}
    for source, dataset in config.tables():
        feeds[dataset].append(dg.AssetKey([source, dataset]))
    specs = [_lake_spec(contract, feeds[contract.name]) for contract in contracts.values()]
    everything = [key for keys in feeds.values() for key in keys]
    run_specs = [
        dg.AssetSpec(["run", table], group_name="lake", kinds={"parquet"}, deps=everything, skippable=True)
        for table in RUN_TABLES
    ]

    @dg.multi_asset(
        name="commit", specs=[*specs, *run_specs], partitions_def=partitions, required_resource_keys={"desk"}
    )
    def commit(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        """Audited batches become the candidate lake, all or none."""
        desk: Desk = context.resources.desk
        with desk.step(context, "commit") as run:
            outcome = night.commit(run)
        for contract in contracts.values():
            loads = [load for load in outcome.loads if load.dataset == contract.name]
            months = outcome.changed_months.get(contract.name, [])
            yield dg.MaterializeResult(["lake", contract.name], metadata=_lake_metadata(loads, months))
        for table in RUN_TABLES:
            yield dg.MaterializeResult(["run", table])

    return commit


def model_specs(manifest: Path) -> list[dg.AssetSpec]:
    """One asset for every dbt model of a manifest."""
    declared = json.loads(manifest.read_text(encoding="utf-8"))
    specs = build_dbt_asset_specs(manifest=declared, dagster_dbt_translator=Layers())
    return [spec.replace_attributes(skippable=True) for spec in specs]


def warehouse_assets(
    specs: list[dg.AssetSpec], partitions: dg.PartitionsDefinition[str]
) -> dg.AssetsDefinition:
    """Every dbt model, with one check per model that sums up its tests."""
    keys = {str(spec.metadata["dagster_dbt/unique_id"]).split(".")[-1]: spec.key for spec in specs}
    checks = [dg.AssetCheckSpec(TESTS_CHECK, asset=key, blocking=True) for key in keys.values()]

    @dg.multi_asset(
        name="warehouse",
        specs=specs,
        check_specs=checks,
        partitions_def=partitions,
        can_subset=True,
        required_resource_keys={"desk"},
    )
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        """Models built and tested in the candidate's warehouse."""
        desk: Desk = context.resources.desk
        chosen = [name for name, key in keys.items() if key in context.selected_asset_keys]
        select = None if len(chosen) == len(keys) else " ".join(chosen)
        with desk.step(context, "build") as run:
            result = night.build(run, select)
        tests = result.checks()
        # dbt finishes models in topological order, which is how Dagster wants to hear of them.
        for node in (node for node in result.nodes if node.kind == "model"):
            yield dg.MaterializeResult(keys[node.name], metadata={"seconds": node.seconds})
            mine = [check for check in tests if node.name in check.scope.split(", ")]
            yield _check_result(TESTS_CHECK, keys[node.name], mine)

    return warehouse


def published_asset(
    specs: list[dg.AssetSpec], partitions: dg.PartitionsDefinition[str]
) -> dg.AssetsDefinition:
    """The publication that people and BI tools open."""
    marts = [spec.key for spec in specs if spec.key.path[0] == "marts"]

    @dg.asset(
        key=PUBLISHED,
        group_name="published",
        kinds={"duckdb"},
        deps=marts,
        partitions_def=partitions,
        required_resource_keys={"desk"},
    )
    def sales(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        """One verified DuckDB file and its reports behind one link; the verdict is computed here."""
        desk: Desk = context.resources.desk
        with desk.step(context, "publish") as run:
            publication = night.publish_night(run)
            desk.published(run)
        # Outside the step: what becomes of the mail changes nothing about the publication.
        unsent = night.send_mail(run, publication)
        if unsent is not None:
            desk.unsent(run, unsent)
        return dg.MaterializeResult(
            metadata={
                "mail not sent because": unsent or "-",
                "verdict": publication.verdict,
                "file": dg.MetadataValue.path(str(publication.path)),
                "pointer": dg.MetadataValue.path(str(desk.home.pointer)),
                "reports": (
                    dg.MetadataValue.path(str(publication.index_page)) if publication.has_reports else "none"
                ),
                "size (MB)": round(publication.path.stat().st_size / 1e6, 1),
            }
        )

    return sales


def _extract_metadata(outcome: Extracted) -> dict[str, Any]:
    if outcome.summary is None:
        return {"last good data used because": outcome.failure or "-"}
    summary = outcome.summary
    return {
        "dagster/row_count": summary.rows_accepted,
        "rows read": summary.rows_read,
        "rows quarantined": summary.rows_quarantined,
        "see refused rows with": f"daybook quarantine show {outcome.source}.{outcome.dataset} "
        f"--date {summary.business_on}",
        "newest": summary.newest or "-",
        "files": dg.MetadataValue.md("\n".join(f"- `{file.path}`" for file in summary.files) or "-"),
    }


def _lake_spec(contract: Contract, feeds: list[dg.AssetKey]) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["lake", contract.name],
        group_name="lake",
        kinds={"parquet"},
        deps=feeds,
        description=contract.description,
        metadata={"key": ", ".join(contract.key), "event date": contract.event_date or "-"},
        skippable=True,
    )


def _lake_metadata(loads: list[LoadRecord], months: list[str]) -> dict[str, Any]:
    return {
        "dagster/row_count": sum(load.rows_in_lake for load in loads),
        "inserted": sum(load.rows_inserted for load in loads),
        "updated": sum(load.rows_updated for load in loads),
        "deleted": sum(load.rows_deleted for load in loads),
        "changed months": ", ".join(months) or "none",
        "stale": any(load.is_stale for load in loads),
    }


def _check_result(name: str, key: dg.AssetKey, checks: list[CheckResult]) -> dg.AssetCheckResult:
    failed = [check for check in checks if check.outcome != "pass"]
    blocking = any(check.blocks for check in failed)
    lines = [f"- **{check.check}** ({check.severity}, {check.outcome}): {check.message}" for check in failed]
    return dg.AssetCheckResult(
        passed=not failed,
        asset_key=key,
        check_name=name,
        severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
        metadata={"checks": len(checks), "not passed": dg.MetadataValue.md("\n".join(lines) or "none")},
    )
