"""Make the four CSV files in data/ from the 20,640-row table of the 1990 census.

    python make_data.py TABLE            write data/*.csv
    python make_data.py TABLE --check    compare data/*.csv with what TABLE gives
    python make_data.py --check          compare data/*.csv with the hashes in data/PROVENANCE.md

Standard library only, and no random numbers: a row's place depends on its own text and the salt, so that any
Python on any machine writes the same bytes.
"""

import argparse
import csv
import hashlib
import re
import sys
from pathlib import Path

DATA = Path(__file__).parent / "data"
PROVENANCE = DATA / "PROVENANCE.md"
COLUMNS = (
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms",
    "population", "households", "median_income", "median_house_value",
)  # fmt: skip
BESIDE = "ocean_proximity"  # of the parent table, which has ten columns
SALT = "pytorch-seminar-hw1"
N_TRAIN, N_TEST, N_HELDOUT = 17_000, 1_000, 2_433

Row = tuple[str, ...]


def read_rows(table: Path) -> list[Row]:
    """The complete rows as six-decimal text, with `BESIDE`, which is not among Colab's columns, at their end."""
    with table.open(newline="", encoding="utf-8") as file:
        complete = [row for row in csv.DictReader(file) if row["total_bedrooms"]]
    return [(*(f"{float(row[name]):.6f}" for name in COLUMNS), row[BESIDE]) for row in complete]


def place(row: Row) -> tuple[str, Row]:
    """Sort key of the split: looks random, depends on nothing but the row."""
    return hashlib.sha256((SALT + "|" + ",".join(row[: len(COLUMNS)])).encode()).hexdigest(), row


def as_csv(rows: list[Row]) -> bytes:
    """Colab's spelling: quoted header, bare numbers, newline at the end."""
    header = ",".join(f'"{name}"' for name in COLUMNS)
    return "\n".join([header, *(",".join(row[: len(COLUMNS)]) for row in rows), ""]).encode()


def make_files(table: Path) -> dict[str, bytes]:
    rows = sorted(read_rows(table), key=place)
    if len(rows) != N_TRAIN + N_TEST + N_HELDOUT:
        raise SystemExit(f"{table.name}: {len(rows)} complete rows, expected {N_TRAIN + N_TEST + N_HELDOUT}")
    train, test, heldout = rows[:N_TRAIN], rows[N_TRAIN : N_TRAIN + N_TEST], rows[N_TRAIN + N_TEST :]
    # Colab's training file runs from east to west; `sorted` is stable, so ties keep the order of the split.
    train = sorted(train, key=lambda row: -float(row[0]))
    return {
        "california_housing_train.csv": as_csv(train),
        "california_housing_test.csv": as_csv(test),
        "heldout.csv": as_csv(heldout),
        f"{BESIDE}_train.csv": "\n".join([BESIDE, *(row[-1] for row in train), ""]).encode(),
    }


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def recorded_hashes() -> dict[str, str]:
    """File name -> sha256 from the table in PROVENANCE.md."""
    found = re.findall(r"^\| `(\w+\.csv)` .*`([0-9a-f]{64})`", PROVENANCE.read_text(encoding="utf-8"), re.M)
    return dict(found)


def check(expected: dict[str, str]) -> int:
    """Print one line a file; the number of files that differ."""
    names = ("california_housing_train.csv", "california_housing_test.csv", "heldout.csv", f"{BESIDE}_train.csv")
    wrong = 0
    for name in names:
        path = DATA / name
        same = path.is_file() and sha256(path.read_bytes()) == expected.get(name)
        print(f"{'same     ' if same else 'DIFFERENT'} {name}")
        wrong += not same
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, nargs="?", help="CSV with a header and 20,640 rows")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    args = parser.parse_args()
    if args.table is None and not args.check:
        parser.error("TABLE is needed to write the files")

    files = make_files(args.table) if args.table else {}
    if args.check:
        expected = {name: sha256(content) for name, content in files.items()} or recorded_hashes()
        return 1 if check(expected) else 0
    DATA.mkdir(exist_ok=True)
    for name, content in files.items():
        (DATA / name).write_bytes(content)
        print(f"{sha256(content)}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
