# SPDX-License-Identifier: Apache-2.0
"""Bad input (issue: "Bad input"): each gives one clear error in the right place, and nothing else is lost."""

import json
import os

import lab
from contract_case import Case


def text(record):
    return json.dumps(record, ensure_ascii=False)


class BadInput(Case):
    def setUp(self):
        super().setUp()
        self.daemon = self.set_up()
        self.sink()

    def lines(self, name, *bad):
        """Each bad line between two good ones; returns the problems by number of the bad line, and sees to the good."""
        lines, good = [], 0
        for line in bad:
            lines += [text(lab.job(f"{name}-{good}")).encode(), line.encode() if isinstance(line, str) else line]
            good += 1
        lines.append(text(lab.job(f"{name}-{good}")).encode())
        self.home.put(f"{name}.ndjson", b"\n".join(lines) + b"\n")
        receipt = self.home.await_receipt(f"{name}.ndjson")
        self.assertEqual((receipt["accepted"], receipt["rejected"]), (good + 1, len(bad)), receipt["problems"])
        self.home.await_event(f"job-{name}-{good}", "sent")
        self.assertIsNone(self.daemon.poll())
        problems = {}
        for problem in receipt["problems"]:
            self.assertEqual(problem["line"] % 2, 0, problem)
            self.assertTrue(problem["message"])
            problems.setdefault(problem["line"] // 2 - 1, []).append((problem["code"], problem["field"]))
        return problems

    def check(self, name, table):
        problems = self.lines(name, *[line for line, _ in table])
        got = {number: problems.get(number) for number in range(len(table))}
        self.assertEqual(got, {number: [expected] for number, (_, expected) in enumerate(table)})

    def test_lines_that_are_no_strict_json_are_not_json(self):
        good = text(lab.job("x"))
        self.check(
            "json",
            [
                (good[:40], ("not_json", None)),
                (b'{"id":"\xff\xfe"}', ("not_json", None)),
                (good[:-1] + ',"id":"again"}', ("not_json", None)),
                ('{"id":"x","data":{"n":NaN}}', ("not_json", None)),
                ('{"id":"x","data":' + "[" * 40 + "]" * 40 + "}", ("not_json", None)),
                (good + good, ("not_json", None)),
                ("[" + good + "]", ("bad_type", None)),
                ("[" * 300_000, ("not_json", None)),
            ],
        )

    def test_a_line_of_50_megabytes_is_too_large_and_costs_little(self):
        path = self.home.tmp / "long.ndjson"
        with open(path, "wb") as file:
            file.write(text(lab.job(1)).encode() + b'\n{"id":"long","data":"')
            file.seek(50 << 20, os.SEEK_CUR)
            file.write(b'"}\n' + text(lab.job(2)).encode() + b"\n")
        os.rename(path, self.home.incoming / "long.ndjson")
        receipt = self.home.await_receipt("long.ndjson")
        self.assertEqual((receipt["accepted"], receipt["rejected"]), (2, 1))
        self.assertEqual([(p["line"], p["code"]) for p in receipt["problems"]], [(2, "too_large")])
        self.home.await_event("job-2", "sent")
        peak = next(l for l in open(f"/proc/{self.daemon.pid}/status") if l.startswith("VmHWM"))
        self.assertLess(int(peak.split()[1]), 400 << 10)

    def test_a_single_record_that_is_no_json_is_rejected_byte_for_byte(self):
        for name, content in (("half.json", text(lab.job(1))[:30].encode()), ("zero.json", b"\0" * 100)):
            self.home.put(name, content)
            rejected = self.home.state / "spool/rejected"
            self.home.await_that(f"{name} rejected", lambda: (rejected / f"{name}.reason.json").exists())
            self.assertEqual((rejected / name).read_bytes(), content)
            reason = json.loads((rejected / f"{name}.reason.json").read_text())
            self.assertEqual((reason["file"], reason["code"]), (name, "not_json"))

    def test_a_line_break_in_any_field_that_may_reach_a_header_is_refused(self):
        inject = "x\r\nBcc: all@example.test"
        places = {
            "id": ["id"],
            "to.email": ["to", "email"],
            "to.name": ["to", "name"],
            "to.person": ["to", "person"],
            "to.phone": ["to", "phone"],
            "to.crm_contact": ["to", "crm_contact"],
            "to.timezone": ["to", "timezone"],
            "to.country": ["to", "country"],
            "to.region": ["to", "region"],
            "to.locale": ["to", "locale"],
            "kind": ["kind"],
            "channel": ["channel"],
            "route": ["route"],
            "priority": ["priority"],
            "created_at": ["created_at"],
            "not_before": ["not_before"],
            "not_before_local": ["not_before_local"],
            "expires_at": ["expires_at"],
            "campaign": ["campaign"],
            "topic": ["topic"],
            "brand": ["brand"],
            "template": ["template"],
            "from.name": ["from", "name"],
            "from.email": ["from", "email"],
            "reply_to.name": ["reply_to", "name"],
            "reply_to.email": ["reply_to", "email"],
            "headers.X-Lead": ["headers", "X-Lead"],
            "headers.In-Reply-To": ["headers", "In-Reply-To"],
            "headers.References": ["headers", "References"],
        }
        bad = []
        for path in places.values():
            record = lab.job("x")
            record.update({"from": {"email": "a@acme.example"}, "reply_to": {"email": "a@acme.example"}, "headers": {}})
            inner = record
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = inject
            bad.append(text(record))
        bad.append(text({**lab.job("x"), "headers": {"X-A\r\nBcc": "all@example.test"}}))
        problems = self.lines("crlf", *bad)
        for number, field in enumerate(places):
            self.assertIn(field, [f for _, f in problems[number]], problems[number])
            for code, _ in problems[number]:
                self.assertIn(
                    code,
                    {
                        "header_injection",
                        "bad_address",
                        "bad_value",
                        "bad_time",
                        "unknown_route",
                        "unknown_template",
                        "unknown_brand",
                        "unknown_topic",
                    },
                )
        for field in (
            "to.name",
            "from.name",
            "reply_to.name",
            "headers.X-Lead",
            "headers.In-Reply-To",
            "headers.References",
        ):
            self.assertIn(("header_injection", field), problems[list(places).index(field)])
        self.assertEqual(problems[len(places)][0][0], "header_injection")

    def test_a_line_break_in_any_field_of_a_cancel_is_refused_and_it_cancels_nothing(self):
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("waiting.json", lab.job("waiting", campaign="spring"))
        inject = "x\r\nBcc: all@example.test"
        names = ["id", "person", "email", "phone", "crm_contact", "campaign", "topic", "brand", "channel"]
        cancels = [{"kind": "cancel", "id": f"c-{n}", "match": {n: inject}, "all": True} for n in names]
        cancels.append({"kind": "cancel", "id": inject, "match": {"id": "job-waiting"}})
        cancels.append({"kind": "cancel", "id": "c-as-of", "match": {"id": "job-waiting"}, "as_of": inject})
        self.enqueue("cancels.ndjson", *cancels)
        receipt = self.home.await_receipt("cancels.ndjson")
        self.assertEqual((receipt["accepted"], receipt["rejected"]), (0, len(cancels)), receipt)
        fields = {p["line"]: (p["field"], p["code"]) for p in receipt["problems"]}
        wanted = [f"match.{n}" for n in names] + ["id", "as_of"]
        self.assertEqual([fields[n + 1][0] for n in range(len(cancels))], wanted)
        self.assertLessEqual(
            {code for _, code in fields.values()}, {"bad_value", "bad_address", "header_injection", "bad_time"}
        )
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-waiting", "sent")

    def test_a_line_break_in_a_reference_comes_back_as_it_was_and_makes_neither_header_nor_line(self):
        reference = {"a\r\nb": "x\r\nBcc: all@example.test\n{}"}
        self.accept("a.json", lab.job(1, reference=reference))
        sent = self.home.await_event("job-1", "sent")
        self.assertEqual(sent["reference"], reference)
        (message,) = lab.mails(self.home.home / f"mails-{self.port}")["r1@example.test"]
        self.assertIsNone(message["Bcc"])
        fed = self.home.await_that(
            "both events in the feed", lambda: [o for _, outcomes in self.home.feed() for o in outcomes][1:], within=15
        )
        self.assertEqual(fed[0]["reference"], reference)

    def test_problems_name_what_there_is_and_the_one_word_that_was_probably_meant(self):
        job = lab.job("x")
        misspelt = {**{k: v for k, v in job.items() if k != "channel"}, "chanel": "email"}
        self.enqueue(
            "a.ndjson", {**job, "brand": "zeta"}, misspelt, {**job, "channel": "emial"}, {**job, "priority": "urgent"}
        )
        problems = {}
        for problem in self.home.await_receipt("a.ndjson")["problems"]:
            problems[problem["line"], problem["field"]] = problem["message"]
        self.assertEqual(problems[1, "brand"], 'there is no brand "zeta"; configured: acme')
        self.assertIn('did you mean "channel"?', problems[2, "chanel"])
        self.assertIn('did you mean "email"?', problems[3, "channel"])
        self.assertNotIn("crm_task", problems[2, "chanel"] + problems[3, "channel"])
        self.assertIn("high, normal, low", problems[4, "priority"])

    def test_a_line_break_in_data_never_makes_a_header(self):
        folder = self.home.home / f"mails-{self.port}"
        self.home.template("free", lab.TEMPLATE.replace('n = { type = "number"', 'n = { type = "string"'))
        (self.home.home / "templates/free/sample.json").write_text('{"n": "one"}')
        lab.stop(self.daemon)
        self.daemon = self.home.start()
        self.enqueue("a.json", {**lab.job(1), "template": "free", "data": {"n": "x\r\nBcc: evil@example.test"}})
        end = self.home.await_that(
            "an end or a rejection", lambda: self.endings() or (self.home.receipt("a.json") or {}).get("rejected")
        )
        for messages in lab.mails(folder).values():
            for message in messages:
                self.assertIsNone(message["Bcc"])
        if isinstance(end, dict):
            self.assertIn(end["job-1"][0][0], ("sent", "failed"))

    def test_addresses_with_comments_groups_two_ats_or_quotes_are_bad_addresses(self):
        addresses = [
            "ada(comment)@example.test",
            "(x)ada@example.test",
            "group: ada@example.test, b@example.test;",
            "a@b@example.test",
            '"ada lovelace"@example.test',
            '"a@b"@example.test',
            "Ada <ada@example.test>",
            "ada@[127.0.0.1]",
            "ada@localhost",
            "@example.test",
            "ada@",
            "ada",
            "",
            "a..b@example.test",
            ".a@example.test",
            "ada@exa mple.test",
            "a@-x.test",
            "x" * 65 + "@example.test",
            "ada@example.test,b@example.test",
        ]
        self.check(
            "address",
            [
                (
                    text(lab.job("x", a or None) if a else {**lab.job("x"), "to": {"email": ""}}),
                    ("bad_address", "to.email"),
                )
                for a in addresses
            ],
        )

    def test_impossible_dates_are_bad_times(self):
        times = [
            "2026-02-30T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-12-01T25:00:00Z",
            "2026-12-01T09:61:00Z",
            "2026-12-01T09:00:00",
            "2026-12-01",
            "tomorrow",
            "2026-12-01T09:00:00+25:00",
            "",
            "１２-12-01T09:00:00Z",
        ]
        self.check(
            "time",
            [(text(lab.job("x", not_before=t)), ("bad_time", "not_before")) for t in times]
            + [
                (text(lab.job("x", not_before_local="2026-12-32T09:00")), ("bad_time", "not_before_local")),
                (text(lab.job("x", not_before_local="2026-12-01T09:00Z")), ("bad_time", "not_before_local")),
                (text(lab.job("x", expires_at="2026-06-31T00:00:00Z")), ("bad_time", "expires_at")),
                (text(lab.job("x", created_at="yesterday")), ("bad_time", "created_at")),
            ],
        )

    def test_an_unknown_field_is_refused_with_the_nearest_name(self):
        self.home.put("a.json", text(lab.job("x", expires_on="2036-01-01T00:00:00Z")).encode())
        problem = self.home.await_receipt("a.json")["problems"][0]
        self.assertEqual((problem["code"], problem["field"], problem["id"]), ("unknown_field", "expires_on", "job-x"))
        self.assertIn("expires_at", problem["message"])
        record = lab.job("y")
        record["to"]["emial"] = record["to"].pop("email")
        self.home.put("b.json", text(record).encode())
        problems = {p["field"]: p for p in self.home.await_receipt("b.json")["problems"]}
        self.assertEqual(problems["to.emial"]["code"], "unknown_field")
        self.assertIn("email", problems["to.emial"]["message"].replace("emial", ""))

    def test_wrong_values_each_have_their_word(self):
        long_id, job = "x" * 201, lab.job("x")
        without = lambda key: {k: v for k, v in job.items() if k != key}
        self.check(
            "words",
            [
                (text({**job, "id": long_id}), ("bad_value", "id")),
                (text({**job, "id": "zwölf"}), ("bad_value", "id")),
                (text({**job, "id": 12}), ("bad_type", "id")),
                (text(without("template")), ("missing_field", "template")),
                (text(without("id")), ("missing_field", "id")),
                (text({**job, "to": {"person": "x"}}), ("missing_field", "to.email")),
                (text({**job, "template": "prope"}), ("unknown_template", "template")),
                (text({**job, "brand": "acne"}), ("unknown_brand", "brand")),
                (text({**job, "topic": "newsleter"}), ("unknown_topic", "topic")),
                (text({**job, "route": "relais"}), ("unknown_route", "route")),
                (text({**job, "template": "offer"}), ("missing_field", "topic")),
                (text({**job, "data": {}}), ("template_data", "data.n")),
                (text({**job, "data": {"n": "one"}}), ("template_data", "data.n")),
                (text({**job, "priority": "urgent"}), ("bad_value", "priority")),
                (text({**job, "reference": "x" * 5000}), ("bad_value", "reference")),
                (text({**job, "from": {"email": "a@other.example"}}), ("not_permitted", "from.email")),
                (text({**job, "headers": {"Bcc": "x@example.test"}}), ("bad_value", "headers.Bcc")),
                (text({**job, "kind": "consents"}), ("bad_value", "kind")),
                (text({**job, "expires_at": "2020-01-01T00:00:00Z"}), ("expired", "expires_at")),
                (text({**job, "data": {"n": 1, "filler": "x" * (1 << 20)}}), ("too_large", None)),
                (text({"kind": "cancel", "id": "c", "match": {}}), ("bad_value", "match")),
                (text({"kind": "cancel", "id": "c", "match": {"campaign": "x"}}), ("bad_value", "match")),
            ],
        )

    def test_what_is_no_file_is_refused_and_what_is_being_written_is_left_alone(self):
        (self.home.incoming / "folder.json").mkdir()
        os.mkfifo(self.home.incoming / "fifo.json")
        secret = self.home.home / "secret.json"
        secret.write_text(text(lab.job("stolen")))
        os.symlink(secret, self.home.incoming / "link.json")
        (self.home.incoming / ".half.json").write_text(text(lab.job("half"))[:20])
        (self.home.incoming / "notes.txt").write_text("no record")
        self.accept("good.json", lab.job("good"))
        rejected = self.home.state / "spool/rejected"
        for name in ("folder", "fifo", "link"):
            reason = rejected / f"{name}.json.reason.json"
            self.home.await_that(f"{name} rejected", lambda: reason.exists())
            self.assertEqual(json.loads(reason.read_text())["code"], "unreadable")
        self.home.await_event("job-good", "sent")
        self.assertEqual(sorted(p.name for p in self.home.incoming.iterdir()), [".half.json", "notes.txt"])
        (self.home.incoming / ".half.json").write_text(text(lab.job("half")))
        os.rename(self.home.incoming / ".half.json", self.home.incoming / "half.json")
        self.home.await_event("job-half", "sent")
        self.assertEqual(self.home.outcomes("--job", "job-stolen"), [])
        self.assertTrue(secret.exists())
        self.assertIsNone(self.daemon.poll())

    def test_more_than_a_thousand_problems_stand_in_a_file_beside_the_receipt(self):
        self.home.put("bad.ndjson", b"\n".join(b"{" for _ in range(1500)) + b"\n" + text(lab.job(1)).encode())
        receipt = self.home.await_receipt("bad.ndjson")
        self.assertEqual((receipt["accepted"], receipt["rejected"], len(receipt["problems"])), (1, 1500, 1000))
        problems = (self.home.receipts / "bad.ndjson.problems.ndjson").read_text().splitlines()
        self.assertEqual([json.loads(p)["line"] for p in problems], list(range(1, 1501)))
