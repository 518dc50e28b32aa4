# SPDX-License-Identifier: Apache-2.0
"""Who we say we are, checked by others: moto's SNS, botocore, OpenSSL, and Standard Webhooks by hand."""

import base64
import datetime
import email.utils
import hashlib
import hmac
import json
import os
import re
import subprocess
import time
import unittest

import accounts
import lab
from contract_wire import WireCase, phone_of, task, text
from peer_http import Answer

PYTHON = lab.ROOT / ".build/venv/bin/python"


def has(*modules):
    done = PYTHON.exists() and subprocess.run(
        [PYTHON, "-c", f"import {', '.join(modules)}"], capture_output=True).returncode == 0
    return unittest.skipUnless(done, f"needs {', '.join(modules)} in .build/venv: Tests/deps.sh")


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Moto(WireCase):
    def moto(self):
        """Its process, its address, and whom it lets in."""
        port = lab.free_port()
        process = subprocess.Popen(
            [PYTHON, lab.ROOT / "Tests/campaigns/peer_moto.py", str(port)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=open(self.home.home / "moto.log", "ab"), text=True, env=self.home.env)
        self.home.processes.append(process)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        return process, f"http://127.0.0.1:{port}", json.loads(process.stdout.readline())

    def aws(self, base, account, secret=None):
        return self.route(
            "aws-sns", base, settings={"access_key_id": account["access_key_id"], "region": account["region"]},
            secrets={"secret_access_key": secret or account["secret_access_key"]})

    @has("moto", "flask")
    def test_texts_arrive_at_motos_sns_which_takes_our_signature(self):
        process, base, account = self.moto()
        self.furnish(self.aws(base, account))
        words = "Straße & Söhne + 100% = 5 €, “schön”~*'() 🙂"
        self.accept("a.ndjson", *(text(n, data={"n": n, "words": words}) for n in range(5)))
        sent = self.await_sent(5)
        process.stdin.write("texts\n")
        process.stdin.flush()
        taken = {phone: body.strip() for phone, body in json.loads(process.stdout.readline())}
        self.assertEqual(taken, {phone_of(n): f"Hello {n} {words}" for n in range(5)})
        for outcome in sent.values():
            self.assertRegex(outcome["provider"]["id"], "^[0-9a-f-]{36}$")

    @has("moto", "flask")
    def test_a_wrong_key_is_told_by_moto_and_closes_the_route(self):
        process, base, account = self.moto()
        self.furnish(self.aws(base, account, secret="wrong" * 8))
        self.accept("a.json", text(1))
        self.await_closed("aws-sns", "configuration.*403")
        self.assertEqual(self.endings(), {})


class Signatures(WireCase):
    @has("botocore")
    def test_botocore_signs_as_we_do(self):
        peer = self.peer(lambda r: Answer(200, {"MessageId": "m-1"}))
        self.furnish(self.route("aws-sms", f"{peer.base}", name="aws-sms"))
        self.accept("a.json", text(1, data={"n": 1, "words": "Grüße 🙂"}))
        self.home.await_event("text-1", "sent")
        request = peer.requests[0]
        said = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(\S+?)/\d{8}/(\S+?)/(\S+?)/aws4_request, ?SignedHeaders=(\S+), ?"
            r"Signature=(\w+)",
            request.headers["authorization"])
        key, region, service, signed, signature = said.groups()
        self.assertEqual((key, region, service), ("AKIDEXAMPLE", "eu-central-1", "sms-voice"))
        self.assertLessEqual({"host", "x-amz-date"}, set(signed.split(";")))
        asked = {
            "access_key": key, "secret_key": accounts.secret("secret_access_key"), "service": service, "region": region,
            "method": request.method, "url": peer.base + request.target,
            "body": base64.b64encode(request.body).decode(),
            "headers": {name: request.headers[name] for name in signed.split(";")}}
        done = subprocess.run(
            [PYTHON, lab.ROOT / "Tests/campaigns/peer_botocore.py"], input=json.dumps(asked), capture_output=True,
            text=True, check=True)
        self.assertEqual(done.stdout.strip(), signature)

    def test_a_clock_that_is_off_is_put_right_by_the_answer(self):
        ahead = lambda: datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=20)
        def answer(request):
            date = {"date": email.utils.format_datetime(ahead().replace(microsecond=0), usegmt=True)}
            told = datetime.datetime.strptime(request.headers["x-amz-date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
            if abs((ahead() - told).total_seconds()) < 300:
                return Answer(200, {"MessageId": "m-1"}, date)
            return Answer(403, {
                "__type": "InvalidSignatureException", "message": "Signature expired: it is now earlier"}, date)
        peer = self.peer(answer)
        self.furnish(self.route("aws-sms", peer.base))
        self.accept("a.json", text(1))
        sent = self.home.await_event("text-1", "sent")
        self.assertEqual((sent["attempt"], len(peer.requests)), (1, 2))
        self.accept("b.json", text(2))
        self.home.await_event("text-2", "sent")
        self.assertEqual(len(peer.requests), 3)

    def test_standard_webhooks_over_the_raw_bytes(self):
        peer = self.peer(lambda r: Answer(204))
        self.furnish(self.route("webhook", peer.base))
        self.accept("a.json", text(1, data={"n": 1, "words": "“é”"}))
        self.home.await_event("text-1", "sent")
        request = peer.requests[0]
        key = base64.b64decode(accounts.SIGNING_KEY.removeprefix("whsec_"))
        head = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
        digest = hmac.new(key, head + request.body, hashlib.sha256).digest()
        self.assertEqual(request.headers["webhook-signature"], "v1," + base64.b64encode(digest).decode())
        self.assertAlmostEqual(int(request.headers["webhook-timestamp"]), time.time(), delta=30)
        self.assertNotIn(".", request.headers["webhook-id"])

    def verified(self, token):
        """A JWT's head and claims, its signature checked by OpenSSL."""
        head, claims, signature = token.split(".")
        places = {name: self.home.home / name for name in ("key.pem", "public.pem", "signature")}
        places["key.pem"].write_text(accounts.private_key())
        places["signature"].write_bytes(unpadded(signature))
        subprocess.run(
            ["openssl", "pkey", "-in", places["key.pem"], "-pubout", "-out", places["public.pem"]], check=True)
        subprocess.run(
            ["openssl", "dgst", "-sha256", "-verify", places["public.pem"], "-signature", places["signature"]],
            input=f"{head}.{claims}".encode(), check=True, capture_output=True)
        os.unlink(places["key.pem"])
        return json.loads(unpadded(head)), json.loads(unpadded(claims))

    def test_vonages_token_is_signed_by_our_key(self):
        peer = self.peer(lambda r: Answer(202, {"message_uuid": "u-1"}))
        self.furnish(self.route("vonage", peer.base))
        self.accept("a.json", text(1))
        self.home.await_event("text-1", "sent")
        head, claims = self.verified(peer.requests[0].headers["authorization"].removeprefix("Bearer "))
        self.assertEqual((head["alg"], head["typ"]), ("RS256", "JWT"))
        self.assertEqual(claims["application_id"], accounts.TEXTS["vonage"][0]["application_id"])
        self.assertAlmostEqual(claims["iat"], time.time(), delta=60)
        self.assertLessEqual(claims["exp"] - claims["iat"], 24 * 3600)
        self.assertTrue(claims["jti"])

    def test_salesforces_assertion_is_signed_by_our_key(self):
        def answer(request):
            if "oauth2" in request.path:
                return Answer(200, {
                    "access_token": "t-1", "token_type": "Bearer", "instance_url": "https://na1.example"})
            return Answer(201, {"id": "00T1", "success": True, "errors": []})
        peer = self.peer(answer)
        self.furnish(self.route("salesforce", peer.base))
        self.accept("a.json", task(1, "0035g00000XyZ9"))
        self.home.await_event("task-1", "sent")
        grant = peer.requests[0].form
        self.assertEqual(grant["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer")
        _, claims = self.verified(grant["assertion"])
        self.assertEqual((claims["iss"], claims["sub"], claims["aud"]),
                         ("3MVG9", "api@acme.example", "https://login.salesforce.com"))
        self.assertLessEqual(claims["exp"] - time.time(), 300)
        self.assertEqual([r.method for r in peer.requests], ["POST", "PATCH"])
