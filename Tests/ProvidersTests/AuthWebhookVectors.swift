// SPDX-License-Identifier: Apache-2.0
//
// Made by Tests/campaigns/make_auth_vectors.py with standardwebhooks; not by hand.

extension WebhookVector {
    static let byLibrary: [WebhookVector] = [
        WebhookVector(
            "a text",
            secret: "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            id: "abcdefghijklmnopqrstuvwxyz", seconds: 1795291200,
            body: "{\"DestinationPhoneNumber\":\"+4915112345678\",\"MessageBody\":\"Grüße, 1 % Rabatt\"}",
            signature: "v1,7igsNk+S3KVVDzK1vZsmuLehUhijLLpxnR3alalmYLA="),
        WebhookVector(
            "an empty body",
            secret: "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
            id: "msg_1", seconds: 1795291201,
            body: "",
            signature: "v1,AEC24F3MXvGr3OaWh18God64z/TOJylwpRV95AcU3h4="),
        WebhookVector(
            "the longest key",
            secret: [
                "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Nj",
                "c4OTo7PD0+Pw==",
            ].joined(),
            id: "abcdefghijklmnopqrstuvwxyz-amend", seconds: 1795291202,
            body: "{\"note\":\"zurückgezogen\"}",
            signature: "v1,847+PbLWeLXPhHYtYWfio4y+r7nRJHOBGgJqFHWCMGg="),
    ]
}
