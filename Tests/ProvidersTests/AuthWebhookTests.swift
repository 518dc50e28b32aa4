// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayModel
import Testing

@testable import Providers

struct WebhookVector: Sendable, CustomTestStringConvertible {
    let name: String, secret: String, id: String
    let seconds: Int64
    let body: String, signature: String

    init(_ name: String, secret: String, id: String, seconds: Int64, body: String, signature: String) {
        (self.name, self.secret, self.id) = (name, secret, id)
        (self.seconds, self.body, self.signature) = (seconds, body, signature)
    }
    var testDescription: String { name }
}

@Suite("Standard Webhooks")
struct AuthWebhookTests {
    @Test("signs as the authors' library does", arguments: WebhookVector.byLibrary)
    func vector(_ vector: WebhookVector) throws {
        let signer = try StandardWebhookSigner(secrets: vector.secret)
        let headers = signer.headers(
            id: vector.id, body: Array(vector.body.utf8), at: Instant(seconds: vector.seconds) + .milliseconds(900))
        #expect(
            headers == [
                HeaderField("webhook-id", vector.id), HeaderField("webhook-timestamp", String(vector.seconds)),
                HeaderField("webhook-signature", vector.signature),
            ])
    }

    @Test("while secrets are exchanged, each signs")
    func rotation() throws {
        let (old, new) = (WebhookVector.byLibrary[0].secret, WebhookVector.byLibrary[1].secret)
        func signature(_ secrets: String) throws -> String? {
            try StandardWebhookSigner(secrets: secrets).headers(id: "a", body: [1], at: Instant(seconds: 1)).last?.value
        }
        #expect(try signature("\(new) \(old)\n") == "\(signature(new)!) \(signature(old)!)")
        #expect(try signature(String(new.dropFirst("whsec_".count))) == signature(new))
    }

    @Test(
        "a secret that is none is told without quoting it",
        arguments: [
            ("", "is empty"), (" \n", "is empty"), ("whsec_not*base64", "is no base64"),
            ("whsec_QUJD", "decodes to 3 bytes"),
            ("whsec_" + [UInt8](repeating: 1, count: 65).base64, "decodes to 65 bytes"),
        ])
    func bad(_ secret: String, _ words: String) {
        let problem = #expect(throws: StandardWebhookSigner.SecretProblem.self) {
            try StandardWebhookSigner(secrets: secret)
        }
        #expect(problem?.description.contains(words) == true)
    }
}
