# SPDX-License-Identifier: Apache-2.0
"""Makes the tables of Tests/ProvidersTests/Auth*Vectors.swift with other people's implementations.

    pip install botocore standardwebhooks PyJWT cryptography
    make_auth_vectors.py FOLDER          # writes AuthSigV4Vectors.swift, AuthWebhookVectors.swift, AuthTokenVectors.swift

Run it again only to change the cases: the key is made anew each time, and made for the tests alone.
"""

import base64
import datetime
import json
import pathlib
import sys

import botocore.auth
import jwt
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from standardwebhooks.webhooks import Webhook

folder = pathlib.Path(sys.argv[1])
HEAD = "// SPDX-License-Identifier: Apache-2.0\n//\n// Made by Tests/campaigns/make_auth_vectors.py with {}; not by hand.\n\n"


def text(value):
    """A Swift literal of one line."""
    if value is None:
        return "nil"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def broken(value, indent):
    """The same, over several lines where it is long."""
    if value is None or len(value) <= 80:
        return text(value)
    pieces = [value[i : i + 80] for i in range(0, len(value), 80)]
    pad = " " * indent
    return "[\n" + "".join(f"{pad}    {text(piece)},\n" for piece in pieces) + f"{pad}].joined()"


# AWS Signature Version 4, by botocore.

ACCESS, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TARGET = "PinpointSMSVoiceV2.SendTextMessage"
JSON10 = "application/x-amz-json-1.0"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
SMS = '{"DestinationPhoneNumber":"+4915112345678","MessageBody":"Grüße, 1 % Rabatt"}'
SNS = "Action=Publish&Version=2010-03-31&PhoneNumber=%2B4915112345678&Message=Gr%C3%BC%C3%9Fe"

# name, service, region, time, method, url, content type, further headers, body, session token
CASES = [
    ("a text by End User Messaging", "sms-voice", "eu-central-1", "20261121T200000Z", "POST",
     "https://sms-voice.eu-central-1.amazonaws.com/", JSON10, [("X-Amz-Target", TARGET)], SMS, None),
    ("the same with temporary credentials", "sms-voice", "eu-central-1", "20261121T235959Z", "POST",
     "https://sms-voice.eu-central-1.amazonaws.com/", JSON10, [("X-Amz-Target", TARGET)], SMS,
     "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaDGV1LWNlbnRyYWwtMSJ="),
    ("a text by SNS", "sns", "us-east-1", "20261122T000001Z", "POST", "https://sns.us-east-1.amazonaws.com/", FORM, [],
     SNS, None),
    ("a port that is not the scheme's own", "sns", "us-east-1", "20261122T000001Z", "POST",
     "http://127.0.0.1:5000/", FORM, [], SNS, None),
    ("the scheme's own port, written out", "sns", "us-east-1", "20261122T000001Z", "POST",
     "https://sns.us-east-1.amazonaws.com:443/", FORM, [], SNS, None),
    ("a query out of order", "execute-api", "eu-west-1", "20260301T120000Z", "GET",
     "https://api.example.com/v1/things?b=2&a=1&B=3&a=0&c", None, [], "", None),
    ("a query with escapes", "execute-api", "eu-west-1", "20260301T120000Z", "GET",
     "https://api.example.com/?to=%2B49151&body=1%20%25%20%26%20%E2%82%AC&empty=", None, [], "", None),
    ("a path with escapes", "execute-api", "eu-west-1", "20260301T120000Z", "PUT",
     "https://api.example.com/v1/a%20b/%E2%82%AC/c+d:e@f", "application/json", [], "{}", None),
    ("a path with dots and empty parts", "execute-api", "eu-west-1", "20260301T120000Z", "GET",
     "https://api.example.com/v1//a/./b/../c/", None, [], "", None),
    ("values with blanks", "execute-api", "eu-west-1", "20260301T120000Z", "POST",
     "https://api.example.com/", "text/plain", [("X-Amz-Meta-Note", "  a   b  ")], "x", None),
]


def sign(service, region, time, method, url, kind, headers, body, session):
    moment = datetime.datetime.strptime(time, "%Y%m%dT%H%M%SZ")
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment
    all_headers = dict(headers)
    if kind:
        all_headers["Content-Type"] = kind
    request = AWSRequest(method=method, url=url, headers=all_headers, data=body.encode())
    signer = botocore.auth.SigV4Auth(Credentials(ACCESS, SECRET, session), service, region)
    signer.add_auth(request)
    assert request.headers["X-Amz-Date"] == time
    return request.headers["Authorization"]


out = HEAD.format(f"botocore {botocore.__version__}")
out += "extension SigV4Vector {\n    static let byBotocore: [SigV4Vector] = [\n"
for name, service, region, time, method, url, kind, headers, body, session in CASES:
    authorization = sign(service, region, time, method, url, kind, headers, body, session)
    pairs = ", ".join(f"({text(k)}, {text(v)})" for k, v in headers)
    out += f"        SigV4Vector(\n            {text(name)}, service: {text(service)}, region: {text(region)},\n            time: {text(time)},\n"
    out += f"            method: {text(method)}, url: {text(url)},\n            contentType: {text(kind)},\n"
    out += f"            headers: [{pairs}],\n            body: {broken(body, 12)},\n            session: {text(session)},\n"
    out += "            authorization: [\n"
    out += "".join(f"                {text(part)},\n" for part in authorization.split(", "))
    out += "            ].joined(separator: \", \")),\n"
out += "    ]\n}\n"
(folder / "AuthSigV4Vectors.swift").write_text(out)

# Standard Webhooks, by its authors' library.

out = HEAD.format("standardwebhooks")
out += "extension WebhookVector {\n    static let byLibrary: [WebhookVector] = [\n"
for name, key, id_, seconds, body in [
    ("a text", bytes(range(32)), "abcdefghijklmnopqrstuvwxyz", 1795291200, SMS),
    ("an empty body", bytes(range(24)), "msg_1", 1795291201, ""),
    ("the longest key", bytes(range(64)), "abcdefghijklmnopqrstuvwxyz-amend", 1795291202, '{"note":"zurückgezogen"}'),
]:
    secret = "whsec_" + base64.b64encode(key).decode()
    moment = datetime.datetime.fromtimestamp(seconds, tz=datetime.timezone.utc)
    signature = Webhook(secret).sign(id_, moment, body)
    out += f"        WebhookVector(\n            {text(name)},\n            secret: {broken(secret, 12)},\n            id: {text(id_)}, seconds: {seconds},\n"
    out += f"            body: {broken(body, 12)},\n            signature: {text(signature)}),\n"
out += "    ]\n}\n"
(folder / "AuthWebhookVectors.swift").write_text(out)

# JSON Web Tokens, by PyJWT; keys by cryptography.


def pem(key, form=serialization.PrivateFormat.PKCS8, lock=serialization.NoEncryption()):
    return key.private_bytes(serialization.Encoding.PEM, form, lock).decode()


def public(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
curve = ec.generate_private_key(ec.SECP256R1())
old = serialization.PrivateFormat.TraditionalOpenSSL
texts = [
    ("The key the tokens are signed with; made for these tests.", "pkcs8", pem(key)),
    ("The same key.", "pkcs1", pem(key, old)),
    ("Its public half.", "publicHalf", public(key)),
    ("The same key behind a passphrase.", "locked", pem(key, lock=serialization.BestAvailableEncryption(b"open"))),
    ("The same in the old notation.", "lockedPKCS1", pem(key, old, serialization.BestAvailableEncryption(b"open"))),
    ("1024 bits.", "short", pem(short)),
    ("P-256.", "curve", pem(curve)),
]
out = HEAD.format(f"PyJWT {jwt.__version__} and cryptography")
out += "enum TestKeys {\n"
out += "\n".join(
    f"    /// {about}\n    static let {name} = \"\"\"\n" + "".join(f"        {line}\n" for line in value.splitlines()) + '\n        """\n'
    for about, name, value in texts
)
out += "}\n\nextension TokenVector {\n    static let byPyJWT: [TokenVector] = [\n"
for name, claims, kid in [
    ("Salesforce's assertion", {"iss": "3MVG9.client", "sub": "robot@example.com", "aud": "https://login.salesforce.com",
                                "iat": 1795291200, "exp": 1795291380}, None),
    ("Vonage's token", {"application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab", "iat": 1795291200, "exp": 1795292100,
                        "jti": "abcdefghijklmnop"}, None),
    ("letters beyond ASCII, and a key id", {"iss": "Büro \"Nord\"", "iat": 1}, "key-1"),
]:
    headers = {"alg": "RS256", "typ": "JWT"} | ({"kid": kid} if kid else {})
    token = jwt.api_jws.PyJWS().encode(
        json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode(), pem(key), "RS256", headers, sort_headers=False)
    assert jwt.decode(token, public(key), ["RS256"], options={"verify_exp": False, "verify_aud": False, "verify_iat": False}) == claims
    out += f"        TokenVector(\n            {text(name)},\n            claims: {broken(json.dumps(claims, ensure_ascii=False), 12)},\n            keyID: {text(kid)},\n"
    out += f"            token: {broken(token, 12)}),\n"
out += "    ]\n}\n"
(folder / "AuthTokenVectors.swift").write_text(out)
