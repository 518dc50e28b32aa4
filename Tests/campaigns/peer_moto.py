# SPDX-License-Identifier: Apache-2.0
"""PyPI's moto as an SNS that checks signatures: peer_moto.py PORT, with the Python of .build/venv.

Says on a line of JSON whom it lets in; after that, for each line on standard input, which texts it has taken.
"""

import json
import os
import sys

# The requests that make the user are let through; from then on every signature is checked.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "3"
os.environ.update(AWS_ACCESS_KEY_ID="nobody", AWS_SECRET_ACCESS_KEY="nothing", AWS_EC2_METADATA_DISABLED="true")

import boto3
from moto.server import ThreadedMotoServer
from moto.sns.models import sns_backends

REGION = "eu-central-1"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}


def main():
    port = int(sys.argv[1])
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    iam = boto3.client("iam", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1")
    iam.create_user(UserName="gatepost")
    iam.put_user_policy(UserName="gatepost", PolicyName="publish", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName="gatepost")["AccessKey"]
    say({"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"], "region": REGION})
    for _ in sys.stdin:
        backends = [backend for regions in sns_backends.values() for backend in regions.values()]
        say([list(text) for backend in backends for text in backend.sms_messages.values()])
    server.stop()


def say(value):
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
