#!/usr/bin/python3
"""What backstop why, report and replay say of a history that a gateway has written."""
import json
import subprocess

from dialogue import BOB, BOUNCE, Dialogue, codes, tagged
from support import PROGRAM, main


class Told(Dialogue):
    def run_json(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments), "--json"], stdout=subprocess.PIPE, check=True, timeout=60)
        return json.loads(done.stdout)

    def bring(self, client, recipient):
        self.assertEqual(codes(client.envelope("", recipient)), [250, 250])
        self.assertEqual(client.data(BOUNCE).code, 250)

    def test_a_history_of_two_bounces(self):
        client = self.client(self.relay(self.hop(), stage="label"))
        self.bring(client, BOB)
        self.bring(client, tagged(BOB))
        bare, genuine = self.gate.wait_for_events(2)
        self.assertEqual((bare["origin_cause"], bare["facts"]), ("bare", "ready-messages ready-tags ready-declared sought-tag sought-watermark sought-dkim"))
        self.assertEqual([one["level"] for one in json.loads(genuine["evidence"])], ["C"])

        why = self.run_json("why", "-c", self.gate.config, bare["id"])
        self.assertEqual([one["name"] for one in why["not_found"]], ["tag", "watermark", "dkim"])
        self.assertIn("tag", [one["name"] for one in why["would_prove"]])
        self.assertEqual(self.run_json("why", "-c", self.gate.config, genuine["id"])["would_prove"], [])

        report = self.run_json("report", "-c", self.gate.config)
        self.assertEqual((report["responses"], report["origin_causes"]), (2, {"tag": 1, "bare": 1}))
        self.assertEqual(report["domains"][0]["at_reject"], {"refused": 1, "quarantined": 0})

        strict = self.gate.config.with_name("strict.toml")
        strict.write_text(self.gate.config.read_text().replace('stage = "label"', 'stage = "reject"'))
        replay = self.run_json("replay", "--config", strict)
        self.assertEqual((replay["replayed"], replay["same"]), (2, 1))
        (change,) = replay["changes"]
        self.assertEqual((change["was"], change["would"], change["would_cause"], change["ids"]), ("label", "refuse", "bare", [bare["id"]]))


if __name__ == "__main__":
    main()
