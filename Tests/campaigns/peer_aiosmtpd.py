# SPDX-License-Identifier: Apache-2.0
"""An aiosmtpd server for contract_relay.py: peer_aiosmtpd.py PORT LOG CERTIFICATE KEY PASSWORD.

Asks for STARTTLS and AUTH, speaks SMTPUTF8, never offers PIPELINING; each message becomes a line of JSON in LOG, its
envelope with it.
"""

import json
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

port, log, certificate, key, password = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        with open(log, "a") as file:
            file.write(
                json.dumps(
                    {
                        "from": envelope.mail_from,
                        "to": envelope.rcpt_tos,
                        "options": envelope.mail_options,
                        "tls": session.ssl is not None,
                        "login": session.authenticated,
                        "content": envelope.content.decode("utf-8", "replace"),
                    }
                )
                + "\n"
            )
        return "250 2.0.0 kept"


def check(server, session, envelope, mechanism, given):
    is_right = given.login == b"gw" and given.password == password.encode()
    return AuthResult(success=is_right, handled=is_right)  # not handled: aiosmtpd answers 535


class Relay(Controller):
    def factory(self):
        return SMTP(
            self.handler,
            enable_SMTPUTF8=True,
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=check,
        )


Relay(Keeper(), hostname="127.0.0.1", port=int(port)).start()
threading.Event().wait()
