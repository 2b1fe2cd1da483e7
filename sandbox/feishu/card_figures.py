"""Tables and charts of a card: their columns and rows, their data."""

from typing import Any

from sandbox.feishu import card_tags as tags
from sandbox.feishu.card_findings import BAD_CHART, BAD_JSON, LIMIT, ROW_COLUMN, ROW_TYPE, Findings, number

MOST_COLUMNS = 50


def check_table(findings: Findings, path: str, element: dict[str, Any]) -> None:
    findings.tables += 1
    columns, rows = element.get("columns"), element.get("rows")
    if not isinstance(columns, list) or not columns or not isinstance(rows, list):
        findings.add(BAD_JSON, path, "the table has no columns or no rows")
        return
    if len(columns) > MOST_COLUMNS:
        findings.add(LIMIT, path, f"more than {MOST_COLUMNS} columns")
    if not 1 <= number(element.get("page_size", 5)) <= 10:
        findings.add(BAD_JSON, f"{path} -> page_size", "page_size is not within 1 and 10")
    if style := findings.object(f"{path} -> header_style", element.get("header_style")):
        findings.known(f"{path} -> header_style", style, tags.HEADER_STYLE)
    kinds: dict[str, str] = {}
    for index, column in enumerate(columns):
        where = f"{path} -> columns -> [{index}]"
        if not isinstance(column, dict) or not isinstance(column.get("name"), str) or not column["name"]:
            findings.add(BAD_JSON, where, "the column has no name")
            continue
        findings.known(where, column, tags.TABLE_COLUMN)
        kinds[column["name"]] = str(column.get("data_type", "text"))
        findings.choice(where, "data_type", column.get("data_type"), tags.DATA_TYPES)
    for index, row in enumerate(rows):
        _table_row(findings, f"{path} -> rows -> [{index}]", row, kinds)


def _table_row(findings: Findings, path: str, row: Any, kinds: dict[str, str]) -> None:
    if not isinstance(row, dict):
        findings.add(ROW_TYPE, path, "the row is no object")
        return
    for name, value in row.items():
        kind = kinds.get(name)
        if kind is None:
            findings.add(ROW_COLUMN, path, f"the column {name} is not declared")
        elif not _fits(kind, value):
            findings.add(ROW_TYPE, path, f"the value of {name} is no {kind}")


def check_chart(findings: Findings, path: str, element: dict[str, Any]) -> None:
    spec = element.get("chart_spec")
    if not isinstance(spec, dict) or spec.get("type") not in tags.CHARTS:
        findings.add(BAD_CHART, f"{path} -> chart_spec", "chart spec is invalid")
        return
    data = spec.get("data")
    series = data if isinstance(data, list) else [data]
    if not series or not all(isinstance(one, dict) and isinstance(one.get("values"), list) for one in series):
        findings.add(BAD_CHART, f"{path} -> chart_spec -> data", "chart spec has no data values")


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "number" | "date":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "options":
            return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, dict) for one in value))
        case "persons":
            return isinstance(value, str | list)
        case _:
            return isinstance(value, str)
