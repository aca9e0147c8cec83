"""The export of another CRM, to be brought in: a real one where it lies beside the project, else one made alike."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

_REAL = Path(__file__).parents[3] / "shared" / "data" / "maven_crm"
_NAMES = {"users": "sales_teams", "companies": "accounts", "products": "products", "deals": "sales_pipeline"}


class Export(NamedTuple):
    """The file of each kind, and what must be found after bringing them in."""

    files: dict[str, Path]
    companies: int
    deals: int
    won: int
    open_deals: int
    won_value: int
    won_in_last_quarter: int


def export(folder: Path) -> Export:
    source = _REAL if _REAL.is_dir() else _made(folder)
    files = {kind: source / f"{name}.csv" for kind, name in _NAMES.items()}
    deals = _rows(files["deals"])
    won = [row for row in deals if row["deal_stage"] == "Won"]
    last = [row for row in won if row["close_date"] >= "2017-10-01"]
    return Export(
        files=files,
        companies=len(_rows(files["companies"])),
        deals=len(deals),
        won=len(won),
        open_deals=sum(row["deal_stage"] in ("Prospecting", "Engaging") for row in deals),
        won_value=sum(int(row["close_value"]) for row in won),
        won_in_last_quarter=sum(int(row["close_value"]) for row in last),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _made(folder: Path) -> Path:
    dice = random.Random(3)
    agents = [(f"Agent {letter}", f"Manager {letter in 'ABC'}", "West") for letter in "ABCDEF"]
    companies = [f"Company {number}" for number in range(12)]
    _write(folder, "sales_teams", ["sales_agent", "manager", "regional_office"], agents)
    facts = [(name, "retail", 1990, "12.5", 40, "Kenya", "") for name in companies]
    _write(
        folder,
        "accounts",
        ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"],
        facts,
    )
    _write(folder, "products", ["product", "series", "sales_price"], [("GTX Pro", "GTX", 4821), ("MG One", "MG", 55)])
    rows = [_deal(number, dice, agents, companies) for number in range(400)]
    head = [
        "opportunity_id",
        "sales_agent",
        "product",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    ]
    _write(folder, "sales_pipeline", head, rows)
    return folder


def _deal(number, dice, agents, companies):
    stage = dice.choice(["Won", "Won", "Lost", "Engaging", "Prospecting"])
    engaged = date(2017, 1, 1) + timedelta(days=dice.randrange(250))
    closed = engaged + timedelta(days=dice.randrange(1, 110)) if stage in ("Won", "Lost") else ""
    value = {"Won": dice.randrange(50, 6000), "Lost": 0}.get(stage, "")
    product = dice.choice(["GTXPro", "MG One"])
    engaged = "" if stage == "Prospecting" else engaged
    return (f"D{number:05}", dice.choice(agents)[0], product, dice.choice(companies), stage, engaged, closed, value)


def _write(folder, name, head, rows):
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
