// SPDX-License-Identifier: Apache-2.0
//
// Made by Tests/campaigns/make_auth_vectors.py with botocore 1.43.11; not by hand.

extension SigV4Vector {
    static let byBotocore: [SigV4Vector] = [
        SigV4Vector(
            "a text by End User Messaging", service: "sms-voice", region: "eu-central-1",
            time: "20261121T200000Z",
            method: "POST", url: "https://sms-voice.eu-central-1.amazonaws.com/",
            contentType: "application/x-amz-json-1.0",
            headers: [("X-Amz-Target", "PinpointSMSVoiceV2.SendTextMessage")],
            body: "{\"DestinationPhoneNumber\":\"+4915112345678\",\"MessageBody\":\"Grüße, 1 % Rabatt\"}",
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-central-1/sms-voice/aws4_request",
                "SignedHeaders=content-type;host;x-amz-date;x-amz-target",
                "Signature=7c4c10bf15c6e4e6b1fa857371623ec389eed414566a4418777f22873df76e57",
            ].joined(separator: ", ")),
        SigV4Vector(
            "the same with temporary credentials", service: "sms-voice", region: "eu-central-1",
            time: "20261121T235959Z",
            method: "POST", url: "https://sms-voice.eu-central-1.amazonaws.com/",
            contentType: "application/x-amz-json-1.0",
            headers: [("X-Amz-Target", "PinpointSMSVoiceV2.SendTextMessage")],
            body: "{\"DestinationPhoneNumber\":\"+4915112345678\",\"MessageBody\":\"Grüße, 1 % Rabatt\"}",
            session: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaDGV1LWNlbnRyYWwtMSJ=",
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-central-1/sms-voice/aws4_request",
                "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
                "Signature=b1d5b19182a196f9491edfd133c94fcd792b0c29266644a76bdd6d7090db3687",
            ].joined(separator: ", ")),
        SigV4Vector(
            "a text by SNS", service: "sns", region: "us-east-1",
            time: "20261122T000001Z",
            method: "POST", url: "https://sns.us-east-1.amazonaws.com/",
            contentType: "application/x-www-form-urlencoded; charset=utf-8",
            headers: [],
            body: [
                "Action=Publish&Version=2010-03-31&PhoneNumber=%2B4915112345678&Message=Gr%C3%BC%",
                "C3%9Fe",
            ].joined(),
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/sns/aws4_request",
                "SignedHeaders=content-type;host;x-amz-date",
                "Signature=d254f079bbdbd1989890b934eb028dd6d0b3a66bbd9b5bc87f156e4005cd45fa",
            ].joined(separator: ", ")),
        SigV4Vector(
            "a port that is not the scheme's own", service: "sns", region: "us-east-1",
            time: "20261122T000001Z",
            method: "POST", url: "http://127.0.0.1:5000/",
            contentType: "application/x-www-form-urlencoded; charset=utf-8",
            headers: [],
            body: [
                "Action=Publish&Version=2010-03-31&PhoneNumber=%2B4915112345678&Message=Gr%C3%BC%",
                "C3%9Fe",
            ].joined(),
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/sns/aws4_request",
                "SignedHeaders=content-type;host;x-amz-date",
                "Signature=7315fd12886d7c02353d567b054f752d2a63dc2f564c2ce060f235a94511bdff",
            ].joined(separator: ", ")),
        SigV4Vector(
            "the scheme's own port, written out", service: "sns", region: "us-east-1",
            time: "20261122T000001Z",
            method: "POST", url: "https://sns.us-east-1.amazonaws.com:443/",
            contentType: "application/x-www-form-urlencoded; charset=utf-8",
            headers: [],
            body: [
                "Action=Publish&Version=2010-03-31&PhoneNumber=%2B4915112345678&Message=Gr%C3%BC%",
                "C3%9Fe",
            ].joined(),
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/sns/aws4_request",
                "SignedHeaders=content-type;host;x-amz-date",
                "Signature=d254f079bbdbd1989890b934eb028dd6d0b3a66bbd9b5bc87f156e4005cd45fa",
            ].joined(separator: ", ")),
        SigV4Vector(
            "a query out of order", service: "execute-api", region: "eu-west-1",
            time: "20260301T120000Z",
            method: "GET", url: "https://api.example.com/v1/things?b=2&a=1&B=3&a=0&c",
            contentType: nil,
            headers: [],
            body: "",
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-west-1/execute-api/aws4_request",
                "SignedHeaders=host;x-amz-date",
                "Signature=dc6f1e8d04bb4c0a4e2367b06b237c71fde8e559d16273d8e4bef80e1de78cc5",
            ].joined(separator: ", ")),
        SigV4Vector(
            "a query with escapes", service: "execute-api", region: "eu-west-1",
            time: "20260301T120000Z",
            method: "GET", url: "https://api.example.com/?to=%2B49151&body=1%20%25%20%26%20%E2%82%AC&empty=",
            contentType: nil,
            headers: [],
            body: "",
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-west-1/execute-api/aws4_request",
                "SignedHeaders=host;x-amz-date",
                "Signature=134318ae74c99d920152f259be856687a863d965f35c2c2cf0536655fd69590e",
            ].joined(separator: ", ")),
        SigV4Vector(
            "a path with escapes", service: "execute-api", region: "eu-west-1",
            time: "20260301T120000Z",
            method: "PUT", url: "https://api.example.com/v1/a%20b/%E2%82%AC/c+d:e@f",
            contentType: "application/json",
            headers: [],
            body: "{}",
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-west-1/execute-api/aws4_request",
                "SignedHeaders=content-type;host;x-amz-date",
                "Signature=c511e382df57750b284d7875985f97cbc2165ec12393a89330afdf99c91b8108",
            ].joined(separator: ", ")),
        SigV4Vector(
            "a path with dots and empty parts", service: "execute-api", region: "eu-west-1",
            time: "20260301T120000Z",
            method: "GET", url: "https://api.example.com/v1//a/./b/../c/",
            contentType: nil,
            headers: [],
            body: "",
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-west-1/execute-api/aws4_request",
                "SignedHeaders=host;x-amz-date",
                "Signature=6954325969de54b82b7d594931dda55ca232f4af7b7fbcf81052337dc48a6da5",
            ].joined(separator: ", ")),
        SigV4Vector(
            "values with blanks", service: "execute-api", region: "eu-west-1",
            time: "20260301T120000Z",
            method: "POST", url: "https://api.example.com/",
            contentType: "text/plain",
            headers: [("X-Amz-Meta-Note", "  a   b  ")],
            body: "x",
            session: nil,
            authorization: [
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-west-1/execute-api/aws4_request",
                "SignedHeaders=content-type;host;x-amz-date;x-amz-meta-note",
                "Signature=58d370deb230dadc825353e8306cd068e667c445467e7be35198397ffc0cf06e",
            ].joined(separator: ", ")),
    ]
}
