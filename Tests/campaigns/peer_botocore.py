# SPDX-License-Identifier: Apache-2.0
"""What botocore would have signed a request with: JSON on standard input, the signature on standard output."""

import base64
import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def main():
    asked = json.load(sys.stdin)
    auth = SigV4Auth(Credentials(asked["access_key"], asked["secret_key"]), asked["service"], asked["region"])
    request = AWSRequest(
        asked["method"], asked["url"], headers=asked["headers"], data=base64.b64decode(asked["body"]))
    request.context["timestamp"] = asked["headers"]["x-amz-date"]
    text = auth.string_to_sign(request, auth.canonical_request(request))
    print(auth.signature(text, request))


if __name__ == "__main__":
    main()
