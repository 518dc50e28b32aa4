# SPDX-License-Identifier: Apache-2.0
"""Bad input on the way to providers and back: answers that are none, addresses inside, files that are wrong."""

import json
import pathlib
import re
import signal

import accounts
from contract_wire import TRANSACTIONAL, WORDS, WireCase, ad, text
from peer_http import Answer

TAKEN = Answer(201, {"message": {"id": "m-1"}})


class Answers(WireCase):
    """Whatever is not plainly a yes to a request that has left is a doubt."""

    def ends(self, answer, event, reason, more="", within=20):
        peer = self.peer(answer)
        self.pling()
        self.furnish(self.pling_route(peer.base, more=more))
        self.accept("a.json", ad(1))
        ended = self.home.await_event("text-1", event, reason, within=within)
        self.assertEqual(len(peer.requests), 1)
        return peer, ended

    def test_no_json(self):
        self.ends(lambda r: Answer(201, b"OK m-1"), "unknown", "in_doubt")

    def test_another_content_type(self):
        self.ends(lambda r: Answer(201, b"<html><h1>Welcome</h1></html>", {"content-type": "text/html"}),
                  "unknown", "in_doubt")

    def test_an_answer_that_is_cut_off(self):
        self.ends(lambda r: [TAKEN.bytes()[:-3]], "unknown", "in_doubt")

    def test_an_answer_of_100_megabytes_is_not_read_to_its_end(self):
        written = []
        def answer(request):
            def pieces():
                yield b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 104857600\r\n\r\n"
                yield b'{"message": {"id": "m-1", "words": "'
                for _ in range(1600):
                    written.append(65536)
                    yield b"x" * 65536
            return pieces()
        self.ends(answer, "unknown", "in_doubt")
        self.assertLess(sum(written), 32 << 20)
        memory = [l for l in pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text().splitlines() if "VmHWM" in l]
        self.assertLess(int(memory[0].split()[1]), 400_000)

    def test_an_answer_by_the_byte_ends_with_answer_timeout(self):
        peer = self.peer()
        peer.answer = lambda r: peer.dripping(TAKEN, 0.1)
        self.pling()
        self.furnish(self.pling_route(peer.base, more='answer_timeout = "1s"\n'))
        self.accept("a.json", ad(1))
        self.home.await_event("text-1", "unknown", "in_doubt")
        self.assertEqual(len(peer.requests), 1)

    def test_a_yes_that_says_no(self):
        base = self.peer(lambda r: Answer(200, {"message-count": "1", "messages": [
            {"status": "2", "error-text": "Missing to param"}]}))
        self.furnish(self.route("vonage-sms", base.base, name="texts"))
        self.accept("a.json", ad(1))
        failed = self.home.await_event("text-1", "failed", "content")
        self.assertIn("Missing to param", failed["detail"])

    def test_a_redirect_is_not_followed(self):
        inside = self.peer(lambda r: TAKEN)
        _, failed = self.ends(
            lambda r: Answer(307, b"", {"location": f"{inside.base}/latest/meta-data"}), "failed", "configuration")
        self.assertIn("redirect", failed["detail"])
        self.assertEqual((inside.connections, inside.requests), (0, []))

    def test_heads_that_break_the_rules(self):
        heads = (
            b"HTTP/1.1 201 Created\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\nhello", b"SSH-2.0-OpenSSH_9.2\r\n",
            b"HTTP/1.1 201 Created\r\nx: " + b"y" * 400_000 + b"\r\n\r\n", b"\x00\x01\x02\x03")
        peers = [self.peer(lambda r, head=head: [head]) for head in heads]
        self.pling()
        self.furnish(*(self.pling_route(peer.base, name=f"r{place}") for place, peer in enumerate(peers)))
        self.accept("a.ndjson", *(ad(place, route=f"r{place}") for place in range(len(heads))))
        for place, peer in enumerate(peers):
            self.home.await_event(f"text-{place}", "unknown", "in_doubt")
            self.assertEqual(len(peer.requests), 1, heads[place][:40])


class Addresses(WireCase):
    def test_an_inside_address_is_never_asked_without_leave(self):
        inside = self.peer(lambda r: TAKEN)
        self.pling()
        route = self.pling_route(f"https://127.0.0.1:{inside.port}").replace("allow_private_network = true\n", "")
        self.furnish(route)
        self.accept("a.json", text(1))
        self.await_closed("texts", "configuration.*inside")
        self.assertEqual((inside.connections, self.endings()), (0, {}))

    def test_plain_http_needs_leave(self):
        self.pling()
        self.configure_wire(self.pling_route("http://127.0.0.1:9").replace("allow_private_network = true\n", ""))
        done = self.home.run("check", check=False)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stdout, r"gatepost\.toml:\d+: error: .*base_url.*https://.*allow_private_network")

    def test_a_proxy_of_the_environment_is_not_asked(self):
        peer, proxy = self.peer(lambda r: TAKEN), self.peer(lambda r: TAKEN)
        self.pling()
        self.furnish(self.pling_route(peer.base), start=False)
        self.home.start(environment={
            name: proxy.base for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY")})
        self.accept("a.json", text(1))
        self.home.await_event("text-1", "sent")
        self.assertEqual((len(peer.requests), proxy.connections), (1, 0))

    def test_a_proxy_of_the_route_is_asked_for_a_tunnel(self):
        proxy = self.peer(lambda r: Answer(200) if r.method == "CONNECT" else TAKEN)
        self.pling()
        self.furnish(self.pling_route("http://pling.test", more=f'proxy = "{proxy.base}"\n'))
        self.accept("a.json", text(1))
        self.home.await_event("text-1", "sent")
        self.assertEqual([(r.method, r.target) for r in proxy.requests], [
            ("CONNECT", "pling.test:80"), ("POST", "/v2/accounts/a-1/messages")])
        self.assertNotIn("authorization", proxy.requests[0].headers)

    def over_tls(self, more):
        certificate = self.home.home / "sink.pem"
        base = self.play("--tls", "implicit", "--write-certificate", certificate)
        self.home.await_that("the certificate", certificate.exists)
        https = base.replace("http://127.0.0.1", "https://localhost")
        self.furnish(self.route("telnyx", f"{https}/telnyx", name="texts", more=more.format(certificate=certificate)))
        self.accept("a.ndjson", text(1), text(2))

    def test_a_certificate_that_verifies_carries_texts(self):
        self.over_tls('ca_file = "{certificate}"\n')
        self.await_sent(2)

    def test_a_certificate_that_nobody_vouches_for_closes_the_route(self):
        self.over_tls("")
        self.await_closed("texts", "(?i)configuration.*certificate")
        self.assertEqual((self.endings(), self.seen()), ({}, []))

    def test_trunk_zeros_and_other_phones_that_are_none_are_rejected_at_intake(self):
        self.pling()
        self.furnish(self.pling_route("http://127.0.0.1:9"))
        wrong = [
            "0612345678", "+33 6 12 34 56 78", "+330612345678", "0033612345678", "+4407700900123", "+1", "+0123456789"]
        # In Italy and Côte d'Ivoire the zero belongs to the number.
        right = ["+390612345678", "+2250707123456"]
        self.enqueue("a.ndjson", *(text(n, phone) for n, phone in enumerate(wrong + right)))
        receipt = self.home.await_receipt("a.ndjson")
        self.assertEqual({p["code"] for p in receipt["problems"]}, {"bad_address"})
        self.assertEqual([p["id"] for p in receipt["problems"]], [f"text-{n}" for n in range(len(wrong))])
        self.assertIn("+33612345678 may be meant", receipt["problems"][2]["message"])


class Files(WireCase):
    """`check` and the daemon's start, on provider files and routes that are wrong."""

    def wrong(self, pattern, file="providers/pling.toml", keeps_from_running=True):
        done = self.home.run("check", check=False)
        self.assertEqual(done.returncode, 78, done.stdout + done.stderr)
        line = next((l for l in done.stdout.splitlines() if f"{file}:" in l), "")
        self.assertRegex(line, rf"{file}:\d+: error: .*{pattern}", done.stdout)
        if keeps_from_running:
            self.home.run("init", check=False)
            self.assertEqual(self.home.run("run", check=False, timeout=20).returncode, 78)

    def with_pling(self, old="", new="", route=lambda r: r):
        self.pling()
        path = self.home.home / "providers/pling.toml"
        content = path.read_text()
        self.assertIn(old, content)
        path.write_text(content.replace(old, new, 1))
        self.configure_wire(route(self.pling_route("http://127.0.0.1:9")))

    def test_a_file_that_is_right(self):
        self.with_pling()
        done = self.home.run("check")
        self.assertEqual(done.returncode, 0)

    def test_an_unknown_key(self):
        self.with_pling("base_url", "base_urls")
        self.wrong('base_urls.*base_url')

    def test_a_secret_inline(self):
        self.with_pling('token = "$secrets.key"', f'token = "{accounts.SECRET}"')
        done = self.home.run("check", check=False)
        self.assertNotIn(accounts.SECRET, done.stdout + done.stderr)
        self.wrong("token")

    def test_a_secret_in_the_settings(self):
        secret = "[secrets.key]\nrequired = true"
        self.with_pling(secret, f'[settings.api_key]\ntype = "string"\n{secret}')
        self.wrong("api_key")

    def test_a_secret_inline_in_the_route(self):
        self.with_pling(route=lambda r: re.sub(r"key = \{.*?\}", f"key = \"{accounts.SECRET}\"", r))
        done = self.home.run("check", check=False)
        self.assertNotIn(accounts.SECRET, done.stdout + done.stderr)
        self.wrong("secrets.key", "gatepost.toml")

    def test_an_example_that_is_not_what_it_says(self):
        self.with_pling('is = "bad_address"\ncode = "1004"', 'is = "opted_out"\ncode = "1004"')
        self.wrong("no such number", keeps_from_running=False)

    def test_a_route_without_what_its_provider_wants(self):
        self.with_pling(route=lambda r: r.replace('account = "a-1"', 'colour = "red"'))
        self.wrong("account|colour", "gatepost.toml")

    def test_a_provider_that_nobody_knows(self):
        self.with_pling(route=lambda r: r.replace('provider = "pling"', 'provider = "plingg"'))
        self.wrong('did you mean "pling"', "gatepost.toml")

    def test_a_provider_of_another_channel(self):
        self.with_pling(route=lambda r: r.replace('channel = "sms"', 'channel = "crm_task"'))
        self.wrong("sms", "gatepost.toml")

    def test_a_reload_that_brings_a_broken_provider_changes_nothing(self):
        peer = self.peer(lambda r: TAKEN)
        self.pling()
        daemon = self.furnish(self.pling_route(peer.base))
        path = self.home.home / "providers/pling.toml"
        path.write_text(path.read_text() + "\nsurprise = 1\n")
        daemon.send_signal(signal.SIGHUP)
        self.home.await_that("refused", lambda: "nothing was reloaded" in self.home.log_tail())
        self.accept("a.json", text(1))
        self.home.await_event("text-1", "sent")


class Commands(WireCase):
    def test_list_names_all_providers_and_the_routes_by_them(self):
        self.pling()
        self.configure_wire(self.pling_route("http://127.0.0.1:9"))
        rows = {row["provider"]: row for row in self.home.lines("provider", "list", "--format", "json")}
        self.assertEqual(set(rows), {*accounts.TEXTS, *accounts.TASKS, "pling"})
        self.assertEqual(rows["pling"]["routes"], ["texts"])
        self.assertEqual((rows["twilio"]["origin"], rows["twilio"]["channel"]), ("shipped", "sms"))

    def test_show_says_what_each_wants(self):
        self.configure_wire()
        for name, (settings, secrets) in (accounts.TEXTS | accounts.TASKS).items():
            sheet = json.loads(self.home.run("provider", "show", name, "--format", "json").stdout)
            known = {s["name"] for s in sheet["settings"]}
            self.assertLessEqual(set(settings), known, name)
            self.assertLessEqual({s["name"] for s in sheet["settings"] if s["required"]}, set(settings), name)
            self.assertEqual({s["name"] for s in sheet["secrets"] if s["required"]}, set(secrets), name)
            self.assertGreaterEqual(len(sheet["examples"]), 7, name)
        self.assertIn("[[route]]", self.home.run("provider", "show", "twilio").stdout)
        self.assertEqual(self.home.run("provider", "show", "nobody", check=False).returncode, 65)

    def test_try_shows_the_request_that_would_leave_and_sends_nothing(self):
        peer = self.peer(lambda r: TAKEN)
        self.pling()
        self.furnish(self.pling_route(peer.base))
        data = self.home.home / "data.json"
        data.write_text('{"to": "+33612345678", "body": "Bonjour"}')
        shown = json.loads(self.home.run(
            "provider", "try", "pling", "--route", "texts", "--data", data, "--format", "json").stdout)
        self.assertEqual(peer.connections, 0)
        self.assertEqual((shown["method"], shown["url"]), ("POST", f"{peer.base}/v2/accounts/a-1/messages"))
        self.assertEqual(json.loads(shown["body"]), {"to": "33612345678", "from": "Acme", "text": "Bonjour"})
        self.assertEqual(shown["headers"]["Authorization"], "Bearer ‹key›")
        self.words("code", TRANSACTIONAL.format(channel="sms") + WORDS, sms="Bonjour")
        self.daemon.send_signal(signal.SIGHUP)
        self.home.await_that("the reload", lambda: "templates changed" in self.home.log_tail())
        self.accept("a.json", text(1, "+33612345678", data={}))
        self.home.await_event("text-1", "sent")
        request = peer.requests[0]
        self.assertEqual(request.target, "/v2/accounts/a-1/messages")
        self.assertEqual({**request.json, "text": request.json["text"].strip()}, json.loads(shown["body"]))
        self.assertEqual(request.headers["authorization"], f"Bearer {accounts.SECRET}")

    def test_try_says_what_is_wrong_with_the_data(self):
        self.pling()
        self.configure_wire()
        data = self.home.home / "data.json"
        data.write_text('{"to": "0612345678", "colour": "red"}')
        done = self.home.run(
            "provider", "try", "pling", "--data", data, "--setting", "account=a", "--setting", "from=b", check=False)
        self.assertEqual(done.returncode, 65)
        self.assertIn("colour", done.stderr)
        self.assertIn("to: must be", done.stderr)
