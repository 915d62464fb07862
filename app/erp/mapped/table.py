"""CSV in and out: text only, quoted, never a formula; what is no sound table is refused with its row. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe

SEPARATORS = ";,\t|"
MOST_ROWS = 500_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula."""


def read(body: bytes, encoding: str = "") -> list[dict[str, str]]:
    """The rows of a table with a head, each cell as it is written.

    UTF-8 with or without BOM, UTF-16 with BOM, or `encoding`; nothing is guessed: what is not UTF-8 without an
    `encoding` is refused with its row. The separator is the one of ; , tab | that is most in the head.
    """
    text = decoded(body, encoding)
    if not text.strip():
        raise ErpProtocolError("The table is empty: not even a head.")
    head_line = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=head_line.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[dict[str, str]] = []
    try:
        head = [name.strip() for name in next(lines)]
        if len(set(head)) != len(head):
            raise ErpProtocolError("Two columns of the table have one name.")
        for cells in lines:
            if not cells:
                continue
            if len(cells) != len(head):
                raise ErpProtocolError(f"Row {lines.line_num} has {len(cells)} cells, the head has {len(head)}.")
            rows.append(dict(zip(head, map(unguarded, cells), strict=True)))
            if len(rows) > MOST_ROWS:
                raise ErpProtocolError(f"The table has more than {MOST_ROWS:,} rows.")
    except csv.Error as error:
        raise ErpProtocolError(f"Row {lines.line_num} is no sound CSV: {safe(str(error), 100)}.") from error
    return rows


def decoded(body: bytes, encoding: str) -> str:
    """The text of a table; raises ErpProtocolError with the row where it can't be read."""
    chosen = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else encoding or "utf-8-sig"
    try:
        text = body.decode(chosen)
    except (UnicodeDecodeError, LookupError) as error:
        row = body.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise ErpProtocolError(
            f"Row {row} is not written in {chosen}.", 'Save it as UTF-8, or say encoding = "cp1252" in the plant file.'
        ) from error
    if "\0" in text:
        raise ErpProtocolError(f"Row {text[: text.index(chr(0))].count(chr(10)) + 1} holds a NUL.")
    return text


def write(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table with every cell quoted; a cell that a spreadsheet would calculate begins with an apostrophe."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(head)
    lines.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """Text that stays text in a spreadsheet; a number below nought stays a number."""
    if cell.startswith(FORMULA) and not is_number(cell):
        return f"'{cell}"
    return f"'{cell}" if cell.startswith("'") else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if cell.startswith("'") and (cell[1:].startswith(FORMULA) or cell[1:2] == "'") else cell


def is_number(cell: str) -> bool:
    """Whether a cell is a plain decimal number."""
    whole, _, part = cell.lstrip("-").partition(".")
    return whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))
