"""The CRM's export, in the CRM's own words."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ingestion.demo import clients, company
from ingestion.demo.activities import TYPES as TYPES_OF_WORK
from ingestion.demo.columns import account_key, at, contact_key, named, on
from ingestion.demo.company import (
    COUNTRIES,
    CURRENCIES,
    LEADS,
    NORM_DAYS,
    REGIONS,
    SELLERS,
    STAGE_NAMES,
    STAGE_PERCENTS,
    TEAMS,
    TERRITORIES,
    TERRITORY_IDS,
    WON,
)
from ingestion.demo.deals import Deals
from ingestion.demo.export import Export
from ingestion.demo.leads import CONVERTED_AT
from ingestion.demo.setting import Setting

SOURCE = "crm"

TYPES = {"recurring": "Subscription", "contractual": "Contract", "one_off": "Single"}
"""What the CRM calls the revenue streams."""


def write_crm(export: Export, setting: Setting, deals: Deals, product_ids: Sequence[str]) -> None:
    """Write the files of people, accounts, leads and opportunities, and the ids of other systems."""
    export.write(SOURCE, "reps", "users.csv", _users(setting))
    export.write(SOURCE, "teams", "groups.csv", _groups())
    export.write(SOURCE, "accounts", "accounts.csv", _accounts(setting))
    export.write(SOURCE, "contacts", "contacts.csv", _contacts(setting))
    export.write(SOURCE, "deals", "opportunities.csv", _opportunities(deals.deals, product_ids))
    export.write(SOURCE, "deal_stage_changes", "opportunity_history.csv", _history(deals.changes))
    export.write(SOURCE, "deal_splits", "opportunity_splits.csv", _splits(deals.splits))
    export.write(SOURCE, "deal_contacts", "opportunity_contacts.csv", _roles(deals.contacts))
    export.write(SOURCE, "leads", "leads.csv", _leads(deals.leads))
    export.write(SOURCE, "activities", "activities.csv", _activities(deals.activities))
    export.write(SOURCE, "identities", "external_ids.csv", _external_ids(setting))


def _users(setting: Setting) -> pl.DataFrame:
    leads = [
        (
            lead.rep_id,
            lead.name,
            lead.team_id,
            lead.manager_id,
            None,
            lead.title,
            lead.hired_on,
            None,
            None,
            0,
        )
        for lead in LEADS
    ]
    sellers = [
        (
            seller.rep_id,
            seller.name,
            seller.team_id,
            company.manager_of(seller.team_id),
            TERRITORIES[seller.home(setting.business_on)].territory_id,
            "Rep",
            seller.hired_on,
            seller.left_on if seller.left_on and seller.left_on <= setting.business_on else None,
            ";".join(seller.skills(setting.business_on)),
            seller.lead_capacity,
        )
        for seller in SELLERS
        if seller.hired_on <= setting.business_on
    ]
    columns = [
        "UserId",
        "Name",
        "GroupId",
        "ManagerId",
        "TerritoryId",
        "Title",
        "HireDate",
        "TerminationDate",
        "Skills",
        "LeadCapacity",
    ]
    users = pl.DataFrame([*leads, *sellers], schema=columns, orient="row", infer_schema_length=None)
    return users.with_columns(
        Email=pl.col("UserId").str.to_lowercase() + "@maison-aubrac.example",
        IsActive=pl.col("TerminationDate").is_null(),
    )


def _groups() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "GroupId": [team.team_id for team in TEAMS],
            "GroupName": [team.name for team in TEAMS],
            "ParentGroupId": [team.parent_id for team in TEAMS],
            "LeadUserId": [team.lead_id for team in TEAMS],
            "Region": [team.region for team in TEAMS],
        }
    )


def _accounts(setting: Setting) -> pl.DataFrame:
    return clients.accounts(setting).select(
        AccountId=account_key("number"),
        AccountName="name",
        ParentId=account_key("parent"),
        OwnerId="owner",
        TerritoryId=named(TERRITORY_IDS, "territory"),
        Industry="industry",
        BillingRegion=named(REGIONS, "territory"),
        BillingCountryCode=named(COUNTRIES, "territory"),
        NumberOfEmployees="heads",
        AnnualRevenue="turnover",
        CurrencyIsoCode=named([CURRENCIES[place.currency] for place in TERRITORIES], "territory"),
        CreatedDate=on("created_day"),
    )


def _contacts(setting: Setting) -> pl.DataFrame:
    number = pl.col("number").cast(pl.String).str.zfill(6)
    return clients.contacts(setting).select(
        ContactId=contact_key("account", "which"),
        AccountId=account_key("account"),
        Name="name",
        Email=pl.format("contact{}@example.com", number),
        Phone=pl.format("+33 1 00 {} {} {}", *(number.str.slice(start, 2) for start in (0, 2, 4))),
        Title="title",
        BuyingRole="role",
        CreatedDate=on("created_day"),
    )


def _opportunities(deals: pl.DataFrame, product_ids: Sequence[str]) -> pl.DataFrame:
    return deals.select(
        OpportunityId="deal",
        Name=pl.format("{} {}", pl.col("stream").replace(TYPES), "deal"),
        AccountId=account_key("account"),
        ContactId=contact_key("account", "contact"),
        OwnerId="owner",
        TerritoryId=named(TERRITORY_IDS, "territory"),
        ProductCode=named(product_ids, "product"),
        StageName=named(STAGE_NAMES, "stage"),
        IsClosed="is_closed",
        IsWon=pl.col("stage") == WON,
        Amount="amount",
        CurrencyIsoCode=named(CURRENCIES, "currency"),
        Probability=named(STAGE_PERCENTS, "stage"),
        Type=pl.col("stream").replace(TYPES),
        LeadSource="lead_source",
        CreatedDate=on("created_day"),
        ExpectedCloseDate=on(pl.coalesce("due_day", pl.col("created_day") + NORM_DAYS.sum())),
        CloseDate=on("closed_day"),
        BusinessType="business",
        SalesChannel="way_sold",
        NextStep="next_action",
        NextStepDate=on("action_day"),
        ForecastCategory="forecast_category",
        ForecastAmount="forecast_amount",
        ForecastCloseDate=on("forecast_day"),
        SuspendedUntil=on("suspended_day"),
        LossReason="loss_reason",
        Competitor="competitor",
        LastModifiedDate=at("touched_day", "second"),
        IsDeleted="is_deleted",
    )


def _history(changes: pl.DataFrame) -> pl.DataFrame:
    return changes.select(
        OpportunityId="deal",
        StageName=named(STAGE_NAMES, "stage"),
        OwnerId="owner",
        Amount="amount",
        CurrencyIsoCode=named(CURRENCIES, "currency"),
        Probability=named(STAGE_PERCENTS, "stage"),
        CloseDate=on("due_day"),
        CreatedDate=at("day", "second"),
    )


def _splits(splits: pl.DataFrame) -> pl.DataFrame:
    return splits.select(OpportunityId="deal", UserId="rep", SplitPercentage="percent")


def _roles(contacts: pl.DataFrame) -> pl.DataFrame:
    return contacts.select(
        OpportunityId="deal",
        ContactId=contact_key("account", "which"),
        Role="role",
        IsPrimary="is_primary",
    )


def _leads(leads: pl.DataFrame) -> pl.DataFrame:
    company = pl.format("{} {}", "first_word", "last_word")
    number = pl.col("created_second").cast(pl.String).str.zfill(6)
    return leads.select(
        LeadId="lead",
        Name=pl.format("{} {}", "forename", "surname"),
        Company=pl.when(pl.col("estimate_chance") < 0.9).then(company),
        Email=pl.format("{}@example.net", pl.col("lead").str.to_lowercase()),
        Phone=pl.when(pl.col("skill_chance") < 0.6).then(pl.format("+33 6 00 {}", number)),
        OwnerId="owner",
        TerritoryId=named(TERRITORY_IDS, "territory"),
        LeadSource="channel",
        CompanySize="segment",
        Rating="category",
        Status="status",
        RequiredSkill="skill",
        CreatedDate=at("created_day", "created_second"),
        FirstResponseDate=at("response_day", "response_second"),
        ConvertedDate=at("converted_day", pl.lit(CONVERTED_AT)),
        ConvertedOpportunityId="deal",
        EstimatedAmount=pl.when(pl.col("estimate_chance") < 0.7).then(
            ((1_000 + pl.col("estimate_chance") * 20_000) / 500).round().cast(pl.Int64) * 500
        ),
        CurrencyIsoCode=named([CURRENCIES[place.currency] for place in TERRITORIES], "territory"),
        LastModifiedDate=at("updated_day", "updated_second"),
    )


def _activities(activities: pl.DataFrame) -> pl.DataFrame:
    return activities.select(
        ActivityId="activity",
        Type=named(TYPES_OF_WORK, "type"),
        Direction="direction",
        ActivityDate=at("day", "second"),
        DueDate=on("planned_day"),
        IsDone="is_done",
        OwnerId="rep",
        AccountId=account_key("account"),
        WhoId=contact_key("account", "contact"),
        OpportunityId="deal",
        LeadId="lead",
        LastModifiedDate=at("updated_day", "updated_second"),
    )


def _external_ids(setting: Setting) -> pl.DataFrame:
    """Who the sellers are to the shop, and to the head office's reports."""
    rows = [
        ("User", system, external, seller.rep_id)
        for seller in SELLERS
        if seller.hired_on <= setting.business_on
        for system, external in (("shop", seller.shop_code), ("reports", seller.staff_number))
    ]
    return pl.DataFrame(rows, schema=["ObjectType", "System", "ExternalId", "InternalId"], orient="row")
