#!/usr/bin/python3
"""/metrics as Prometheus reads it, and the dashboard and the alerts that use it."""
import json
import re

import yaml
from prometheus_client.parser import text_string_to_metric_families

from site_of_http import SOURCE, HttpSite, main, wait_until

NAME = re.compile(r"\bbackstop_[a-z_]+")


def names_of_page():
    return set(re.findall(r"^\| `(backstop_\w+)`", (SOURCE / "docs/metrics.md").read_text(), re.MULTILINE))


class Metrics(HttpSite):
    def test_what_a_reader_of_prometheus_finds(self):
        self.begin()
        self.keep()
        browser = self.browser()

        def scrape():
            answer = browser.get("/metrics")
            self.assertEqual((answer.status, answer.fields["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
            return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
                    for family in text_string_to_metric_families(answer.text) for sample in family.samples}

        def value(name, **labels):
            return scrape().get((name, tuple(sorted(labels.items()))))

        kept = {"direction": "inbound", "kind": "dsn-failed", "origin": "unproven", "cause": "bare", "done": "quarantined"}
        wait_until(lambda: value("backstop_events_total", **kept) == 1, lambda: str(scrape()))
        self.assertEqual(value("backstop_transaction_seconds_count"), 1)
        self.assertEqual(value("backstop_store_kept", store="quarantine"), 1)
        self.assertEqual(value("backstop_connections", door="http"), 1)
        self.assertGreater(value("backstop_memory_bytes"), 1_000_000)
        self.assertEqual(value("backstop_domains", stage="quarantine"), 1)
        found = {re.sub("_(bucket|sum|count)$", "", name) for name, _ in scrape()}
        self.assertLessEqual(found, names_of_page())
        self.assertEqual(browser.get("/metrics", Host="rebound.example").status, 401)


class Files(HttpSite):
    def uses(self, text):
        return {re.sub("_bucket$", "", name) for name in NAME.findall(text)}

    def test_the_alerts_use_what_there_is_and_are_on_the_page(self):
        rules = yaml.safe_load((SOURCE / "packaging/prometheus/backstop.rules.yml").read_text())["groups"][0]["rules"]
        self.assertLessEqual(self.uses(" ".join(rule["expr"] for rule in rules)), names_of_page())
        page = re.findall(r"^\| `(Backstop\w+)`", (SOURCE / "docs/metrics.md").read_text(), re.MULTILINE)
        self.assertEqual([rule["alert"] for rule in rules], page)

    def test_the_dashboard_shows_each_metric(self):
        board = json.loads((SOURCE / "packaging/grafana/backstop.json").read_text())
        used = self.uses(json.dumps(board))
        self.assertEqual(used, names_of_page() - {"backstop_start_time_seconds"})
        self.assertEqual(len({panel["id"] for panel in board["panels"]}), len(board["panels"]))


if __name__ == "__main__":
    main()
