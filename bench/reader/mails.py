"""The mails of a folder and what is known of them: from a labels file, or from the .json beside a fixture."""
import csv
import dataclasses
import json
import os

NOT_MAILS = (".json", ".jsonl", ".md", ".tsv", ".txt")


@dataclasses.dataclass
class Mail:
    path: str
    kind: str = ""  # "" where nothing says it
    recipients: frozenset = frozenset()  # folded addresses; empty where nothing says them
    statuses: frozenset = frozenset()

    @property
    def mark(self):
        """How reader_bench is told: response, ordinary or unknown."""
        return "u" if not self.kind else "o" if self.kind == "none" else "r"


def fold(address):
    return (address or "").strip().strip("<>").lower()


def load(folder, labels=None, limit=None):
    paths = sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names)
    if labels:
        rows = read_labels(labels)
        mails = [from_row(path, rows[os.path.basename(path)]) for path in paths if os.path.basename(path) in rows]
    else:
        mails = [from_json_beside(path) for path in paths if is_mail(os.path.basename(path))]
    if limit and limit < len(mails):
        mails = [mails[i * len(mails) // limit] for i in range(limit)]
    return mails


def is_mail(name):
    return not name.startswith(".") and not name.endswith(NOT_MAILS)


def read_labels(path):
    """Columns file and kind, and where known recipients and status, each several with commas between.

    dsn_recipients and dsn_status are what the mail's own message/delivery-status part says. That status goes before the
    other, which may be somebody's own taxonomy.
    """
    with open(path, encoding="utf-8", newline="") as file:
        return {os.path.basename(row["file"]): row for row in csv.DictReader(file, delimiter="\t")}


def from_row(path, row):
    recipients = row.get("recipients") or row.get("dsn_recipients") or ""
    statuses = (row["dsn_status"] if "dsn_status" in row else row.get("status")) or ""
    return Mail(
        path,
        row["kind"],
        frozenset(fold(a) for a in recipients.split(",") if a),
        frozenset(s for s in statuses.split(",") if s),
    )


def from_json_beside(path):
    beside = os.path.splitext(path)[0] + ".json"
    if not os.path.exists(beside):
        return Mail(path)
    with open(beside, encoding="utf-8") as file:
        want = json.load(file)
    recipients = want.get("recipients") or []
    return Mail(
        path,
        want.get("kind", ""),
        frozenset(fold(r["address"]) for r in recipients if r.get("address")),
        frozenset(r["status"] for r in recipients if r.get("status")),
    )
