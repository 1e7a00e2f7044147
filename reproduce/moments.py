"""Days told from what people write of a moment: dates, clocks' counts of seconds, a spreadsheet's numbers."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from reproduce.errors import InvalidInputError
from reproduce.words import is_unknown

__all__ = ["day", "days", "is_span"]

_TIME = r"([T ,]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?( ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"
_NUMBERS = re.compile(rf"(\d{{4}})[-:/.](\d{{1,2}})[-:/.](\d{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{2}}|\d{{4}}){_TIME}")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})([T_ -]?[0-2]\d[0-5]\d([0-5]\d)?Z?)?")
#: "Wed, 1 May 2024 07:00", "May 1, 2024" and "Wed May  1 07:00:01 2024".
_NAMED = (
    re.compile(rf"([A-Za-z]+,? +)?(?P<day>\d{{1,2}})[-. ]+(?P<month>[A-Za-z]{{3,9}})[-.,]? *(?P<year>\d{{4}}){_TIME}"),
    re.compile(rf"([A-Za-z]+,? +)?(?P<month>[A-Za-z]{{3,9}})\.? +(?P<day>\d{{1,2}}),? +(?P<year>\d{{4}}){_TIME}"),
    re.compile(r"[A-Za-z]{3} +(?P<month>[A-Za-z]{3}) +(?P<day>\d{1,2}) +\d{1,2}:\d{2}(:\d{2})? +(?P<year>\d{4})"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: A column that is called so holds moments, whatever they look like.
_TIMELY = re.compile(r"date|time|when|epoch|unix|taken|captured", re.IGNORECASE)
#: 2000 to 2100 in seconds since 1970, and in days of a spreadsheet.
_SECONDS, _SERIAL = (946_684_800, 4_102_444_800), (36_526, 73_050)
_SEASON = r"(year|season|survey|summer|winter|spring|autumn|fall|wet|dry)"
#: "2023", "2023-24", "season 2023", "2023 summer": what a folder of a year's or a season's photographs is called.
_YEARS = re.compile(rf"({_SEASON}[ _-]?)?(19|20)\d{{2}}([-_](19|20)?\d{{2}})?([ _-]?{_SEASON})?", re.IGNORECASE)


def day(moment: str) -> str:
    """Return the day of "2024-05-01 07:00:01", "2024:05:01", "20240501_070001", "1 May 2024" or "1/5/2024 7:00 PM".

    Where the year comes last which is the month cannot be told: the order stays. Any other word stays: "2024-05-01
    herd B" is one of two on that day.
    """
    said = moment.strip()
    for form in (_NUMBERS, _DIGITS):
        if (found := form.fullmatch(said)) and (told := _day(*map(int, found.group(1, 2, 3)))):
            return told
    if found := _DAY_FIRST.fullmatch(said):
        return "-".join(str(int(part)) for part in found.group(1, 2, 3))
    for form in _NAMED:
        if (found := form.fullmatch(said)) and found["month"][:3].lower() in _MONTHS:
            month = _MONTHS.index(found["month"][:3].lower()) + 1
            return _day(int(found["year"]), month, int(found["day"])) or moment
    return moment


def days(moments: Sequence[str], column: str) -> list[str]:
    """Return the encounter of each moment or other word of a ``column``: its day, and "" where nothing is known.

    Numbers are seconds or thousandths since 1970, in UTC, or days of a spreadsheet, where the column's name speaks of
    time. Raises InvalidInputError where they may be such and the name does not say so.
    """
    timely = bool(_TIMELY.search(column))
    found = ["" if is_unknown(one) else day(_of_number(one, column) if timely else one) for one in moments]
    if not timely:
        clock = [_of_number(one, "") for one in moments if one.strip()]
        if clock and all(map(_NUMBERS.fullmatch, clock)) and len(set(clock)) < len(set(moments)):
            raise InvalidInputError(
                f"--apart {column}: are its numbers, such as {moments[0]}, seconds since 1970? Then call the column "
                "date; if not, give each encounter a name"
            )
    return found


def is_span(name: str) -> bool:
    """Return whether a folder is called by a year, a season or a day."""
    return bool(_YEARS.fullmatch(name.strip()) or _NUMBERS.fullmatch(name)) or day(name) != name


def _of_number(said: str, column: str) -> str:
    """Return the day that a number stands for, as text; any other word, and a number that is none, as it is."""
    if not re.fullmatch(r"\d{5,16}(\.\d*)?|\d\.\d{4,}[eE]\+?\d+", said.strip()):
        return said
    number = float(said)
    if "date" in column.lower() and _SERIAL[0] <= number < _SERIAL[1]:
        return str(date(1899, 12, 30) + timedelta(int(number)))
    for unit in (1, 1_000, 1_000_000):
        if _SECONDS[0] <= number / unit < _SECONDS[1]:
            return str(datetime.fromtimestamp(number / unit, UTC).date())
    return said


def _day(year: int, month: int, number: int) -> str:
    """Return "2024-05-01", or "" where there is no such day."""
    try:
        return str(date(year, month, number))
    except ValueError:
        return ""
