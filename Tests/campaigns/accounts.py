# SPDX-License-Identifier: Apache-2.0
"""An account at each provider, as a route of a configuration has it: made up, and good for the sink."""

import base64
import functools
import json
import subprocess
import threading

# Long and odd, so that a search finds nothing else.
SECRET = "hush-4cc0unt-s3cret-Zq7Wm2Xv"
KEY_LOCK = threading.Lock()
SIGNING_KEY = "whsec_" + base64.b64encode(b"a webhook's key of 32 bytes here").decode()

TEXTS = {
    "twilio": ({"account_sid": "AC" + "0" * 32, "from": "+15550100"}, ["auth_token"]),
    "telnyx": ({"from": "+15550100"}, ["api_key"]),
    "vonage": ({"application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab", "from": "15550100"}, ["private_key"]),
    "vonage-sms": ({"account": "abcd1234", "from": "Acme"}, ["api_secret"]),
    "plivo": ({"auth_id": "MA" + "X" * 18, "from": "+15550100"}, ["auth_token"]),
    "messagebird": ({"originator": "Acme"}, ["access_key"]),
    "sinch": ({"region": "eu", "service_plan_id": "plan-1", "from": "15550100"}, ["api_token"]),
    "aws-sms": ({"region": "eu-central-1", "access_key_id": "AKIDEXAMPLE"}, ["secret_access_key"]),
    "aws-sns": ({"region": "eu-central-1", "access_key_id": "AKIDEXAMPLE"}, ["secret_access_key"]),
    "webhook": ({"path": "v1/texts"}, ["signing_key"]),
}

TASKS = {
    "hubspot": ({"reference_property": "gatepost_id"}, ["access_token"]),
    "salesforce": (
        {"client_id": "3MVG9", "username": "api@acme.example", "external_id_field": "Gatepost_Id__c"}, ["private_key"]),
    "dynamics": (
        {"host": "acme.crm4.dynamics.com", "tenant_id": "11111111-2222-3333-4444-555555555555",
         "client_id": "66666666-7777-8888-9999-000000000000"},
        ["client_secret"]),
    "zoho": ({"client_id": "1000.X", "reference_field": "Gatepost_Id"}, ["client_secret", "refresh_token"]),
    "pipedrive": ({}, ["api_token"]),
    "close": ({}, ["api_key"]),
    "zendesk-sell": ({}, ["access_token"]),
}


@functools.cache
def made_key():
    return subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        check=True, capture_output=True, text=True).stdout


def private_key():
    """RSA, PEM; the same for all tests, which run side by side."""
    with KEY_LOCK:
        return made_key()


def secret(name):
    """What an account's secret of that name is."""
    if name == "private_key":
        return private_key()
    return SIGNING_KEY if name == "signing_key" else f"{SECRET}-{name}"


def secrets_of(provider):
    return {name: secret(name) for name in (TEXTS | TASKS)[provider][1]}


def toml(value):
    """A table of plain values in one line."""
    return "{ " + ", ".join(f"{key} = {json.dumps(item)}" for key, item in value.items()) + " }"


def route(home, provider, base, name=None, more="", settings=None, channel=None, secrets=None):
    """A `[[route]]` for the provider at that address; its secrets become files of the home."""
    own, _ = (TEXTS | TASKS).get(provider, ({}, []))
    kept = {}
    for key, text in (secrets if secrets is not None else secrets_of(provider)).items():
        file = home.home / f"secret-{name or provider}-{key}"
        file.write_text(text)
        file.chmod(0o600)
        kept[key] = file
    files = "{ " + ", ".join(f'{key} = {{ file = "{file}" }}' for key, file in kept.items()) + " }"
    return f"""
[[route]]
name = "{name or provider}"
channel = "{channel or ("crm_task" if provider in TASKS else "sms")}"
type = "http"
provider = "{provider}"
base_url = "{base}"
allow_private_network = true
settings = {toml({**own, **(settings or {})})}
secrets = {files}
{more}
"""
