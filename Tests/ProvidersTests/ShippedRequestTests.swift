// SPDX-License-Identifier: Apache-2.0
//
// The exact request of each shipped provider, field by field as its API wants it (facts 2.1 and 2.2, and the sources that
// each file names).

import Foundation
import GatewayModel
import Testing

@testable import Providers

@Suite("Requests of the shipped providers")
struct ShippedRequestTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var provider: String
        var settings: [String: ProviderSetting] = [:]
        var message = ShippedRequestTests.text
        var method = "POST"
        var url: String
        var headers: [HeaderField] = []
        var type: String? = "application/json"
        var body: String
        var testDescription: String { "\(provider) \(settings.keys.sorted())" }
    }

    static let token = "abcdefghijklmnopqrstuvwxyz"
    static let uuid = "00443214-c742-44b6-b5cf-84653a56d7c6"
    static let account = "AC" + String(repeating: "0", count: 32)
    static let now = Instant(rfc3339: "2026-11-22T08:30:15Z")!
    static let form = "application/x-www-form-urlencoded"

    /// Valid for longer than any provider holds one.
    static let text: ProviderMessage = {
        var text = TextContent(to: "+4917012345678", body: "Grüße & mehr", encoding: .gsm7, segments: 1)
        (text.validity, text.validUntil) = (.seconds(9_999_999), Instant(rfc3339: "2026-11-22T20:00:00Z")!)
        return ProviderMessage(.text(text), token: token, messageClass: .marketing)
    }()

    /// Valid for two seconds, UCS-2, transactional.
    static let shortText: ProviderMessage = {
        var text = TextContent(to: "+390612345678", body: "→ 1 + 1", encoding: .ucs2, segments: 1)
        text.validity = .seconds(2)
        return ProviderMessage(.text(text), token: token, messageClass: .transactional)
    }()

    /// Without an end of validity.
    static let openText: ProviderMessage = {
        let text = TextContent(to: "+15550100123", body: "Hi", encoding: .gsm7, segments: 1)
        return ProviderMessage(.text(text), token: token, messageClass: .transactional)
    }()

    static func task(contact: String = "42", owner: String? = "7", isFull: Bool = true) -> ProviderMessage {
        var task = TaskContent(title: "Call <Ada>", body: "Line 1\nLine 2", priority: isFull ? .high : .low)
        task.contact = contact
        if isFull {
            (task.due, task.owner) = (Instant(rfc3339: "2026-12-01T23:00:00Z")!, owner)
            task.intendedChannel = .voice
        }
        return ProviderMessage(.task(task), token: token, messageClass: .transactional)
    }

    static func provider(_ row: Row, callback: String? = "https://me.example/cb?a=1") throws -> Provider {
        let description = try #require(ShippedProvidersTests.loaded.catalog[row.provider])
        return try Provider(
            description, settings: row.settings, secretNames: Set(description.secrets.map(\.name)), baseURL: nil,
            callbackURL: callback)
    }

    private static let callback = "https://me.example/cb?a=1&ref=\(token)"
    private static let formCallback = "https%3A%2F%2Fme.example%2Fcb%3Fa%3D1%26ref%3D\(token)"

    @Test("each is exactly as the provider wants it", arguments: texts + moreTexts + tasks)
    func exact(_ row: Row) throws {
        let provider = try Self.provider(row)
        let load = try provider.request(for: row.message, now: Self.now, secrets: ProviderScene.secret)
        #expect(load.method == row.method)
        #expect(provider.baseURL + load.target == row.url)
        #expect(load.headers == row.headers)
        #expect(load.contentType == row.type)
        #expect(load.bodyText == row.body)
    }

    @Test("every shipped provider is here")
    func whole() {
        let here = Set((Self.texts + Self.moreTexts + Self.tasks).map(\.provider))
        #expect(here.union(["webhook"]) == Set(ShippedProvidersTests.loaded.catalog.names))
    }

    static let texts: [Row] = [
        Row(
            provider: "twilio", settings: ["account_sid": .text(account), "from": .text("+15550100")],
            url: "https://api.twilio.com/2010-04-01/Accounts/\(account)/Messages.json", type: form,
            body: "To=%2B4917012345678&From=%2B15550100&Body=Gr%C3%BC%C3%9Fe+%26+mehr&ValidityPeriod=36000"
                + "&StatusCallback=\(formCallback)"),
        Row(
            provider: "twilio",
            settings: [
                "account_sid": .text(account), "messaging_service_sid": .text("MG" + String(repeating: "1", count: 32)),
            ], message: shortText, url: "https://api.twilio.com/2010-04-01/Accounts/\(account)/Messages.json",
            type: form,
            body: "To=%2B390612345678&MessagingServiceSid=MG\(String(repeating: "1", count: 32))"
                + "&Body=%E2%86%92+1+%2B+1&ValidityPeriod=2&StatusCallback=\(formCallback)"),
        Row(
            provider: "telnyx", settings: ["from": .text("+15550100")], url: "https://api.telnyx.com/v2/messages",
            headers: [HeaderField("Idempotency-Key", token)],
            body: #"{"to":"+4917012345678","from":"+15550100","text":"Grüße & mehr","type":"SMS","#
                + #""webhook_url":"\#(callback)"}"#),
        Row(
            provider: "vonage", settings: ["application_id": .text("app"), "from": .text("ACME")],
            url: "https://api.nexmo.com/v1/messages", headers: [HeaderField("accept", "application/json")],
            body: #"{"message_type":"text","channel":"sms","to":"4917012345678","from":"ACME","text":"Grüße & mehr","#
                + #""client_ref":"\#(token)","ttl":604800,"webhook_url":"\#(callback)","webhook_version":"v1"}"#),
        Row(
            provider: "vonage", settings: ["application_id": .text("app"), "from": .text("ACME")], message: shortText,
            url: "https://api.nexmo.com/v1/messages", headers: [HeaderField("accept", "application/json")],
            body: #"{"message_type":"text","channel":"sms","to":"390612345678","from":"ACME","text":"→ 1 + 1","#
                + #""client_ref":"\#(token)","ttl":20,"webhook_url":"\#(callback)","webhook_version":"v1"}"#),
        Row(
            provider: "vonage-sms", settings: ["account": .text("abcd1234"), "from": .text("ACME")],
            url: "https://rest.nexmo.com/sms/json", type: form,
            body: "to=4917012345678&from=ACME&text=Gr%C3%BC%C3%9Fe+%26+mehr&type=text&ttl=604800000"
                + "&client-ref=\(token)&callback=\(formCallback)"),
        Row(
            provider: "vonage-sms", settings: ["account": .text("abcd1234"), "from": .text("ACME")], message: shortText,
            url: "https://rest.nexmo.com/sms/json", type: form,
            body: "to=390612345678&from=ACME&text=%E2%86%92+1+%2B+1&type=unicode&ttl=20000"
                + "&client-ref=\(token)&callback=\(formCallback)"),
    ]

    static let moreTexts: [Row] = [
        Row(
            provider: "plivo",
            settings: ["auth_id": .text("MA" + String(repeating: "A", count: 18)), "from": .text("ACME")],
            url: "https://api.plivo.com/v1/Account/MA\(String(repeating: "A", count: 18))/Message/",
            body: #"{"src":"ACME","dst":"+4917012345678","text":"Grüße & mehr","type":"sms","message_expiry":10800,"#
                + #""url":"\#(callback)","method":"POST"}"#),
        Row(
            provider: "messagebird", settings: ["originator": .text("ACME")], message: shortText,
            url: "https://rest.messagebird.com/messages",
            body: #"{"originator":"ACME","recipients":["390612345678"],"body":"→ 1 + 1","datacoding":"unicode","#
                + #""reference":"\#(token)","reportUrl":"\#(callback)","validity":2}"#),
        Row(
            provider: "sinch",
            settings: ["region": .text("eu"), "service_plan_id": .text("plan1"), "from": .text("ACME")],
            url: "https://eu.sms.api.sinch.com/xms/v1/plan1/batches",
            body: #"{"type":"mt_text","to":["4917012345678"],"from":"ACME","body":"Grüße & mehr","#
                + #""client_reference":"\#(token)","expire_at":"2026-11-22T20:00:00Z","delivery_report":"per_recipient","#
                + #""callback_url":"\#(callback)"}"#),
        Row(
            provider: "aws-sms",
            settings: [
                "region": .text("eu-central-1"), "access_key_id": .text("id"), "from": .text("ACME"),
                "configuration_set": .text("events"), "max_price": .text("0.05"),
            ], url: "https://sms-voice.eu-central-1.amazonaws.com/",
            headers: [HeaderField("x-amz-target", "PinpointSMSVoiceV2.SendTextMessage")],
            type: "application/x-amz-json-1.0",
            body: #"{"DestinationPhoneNumber":"+4917012345678","OriginationIdentity":"ACME","#
                + #""MessageBody":"Grüße & mehr","MessageType":"PROMOTIONAL","ConfigurationSetName":"events","#
                + #""MaxPrice":"0.05","TimeToLive":259200,"Context":{"gatepost":"\#(token)"}}"#),
        Row(
            provider: "aws-sms", settings: ["region": .text("us-east-1"), "access_key_id": .text("id")],
            message: shortText, url: "https://sms-voice.us-east-1.amazonaws.com/",
            headers: [HeaderField("x-amz-target", "PinpointSMSVoiceV2.SendTextMessage")],
            type: "application/x-amz-json-1.0",
            body: #"{"DestinationPhoneNumber":"+390612345678","MessageBody":"→ 1 + 1","MessageType":"TRANSACTIONAL","#
                + #""TimeToLive":5,"Context":{"gatepost":"\#(token)"}}"#),
        Row(
            provider: "aws-sns",
            settings: ["region": .text("eu-central-1"), "access_key_id": .text("id"), "sender_id": .text("ACME")],
            message: openText, url: "https://sns.eu-central-1.amazonaws.com/", type: form,
            body: "Action=Publish&Version=2010-03-31&PhoneNumber=%2B15550100123&Message=Hi"
                + "&MessageAttributes.entry.1.Name=AWS.SNS.SMS.SMSType&MessageAttributes.entry.1.Value.DataType=String"
                + "&MessageAttributes.entry.1.Value.StringValue=Transactional"
                + "&MessageAttributes.entry.2.Name=AWS.SNS.SMS.SenderID&MessageAttributes.entry.2.Value.DataType=String"
                + "&MessageAttributes.entry.2.Value.StringValue=ACME"),
        Row(
            provider: "aws-sns", settings: ["region": .text("eu-central-1"), "access_key_id": .text("id")],
            url: "https://sns.eu-central-1.amazonaws.com/", type: form,
            body: "Action=Publish&Version=2010-03-31&PhoneNumber=%2B4917012345678&Message=Gr%C3%BC%C3%9Fe+%26+mehr"
                + "&MessageAttributes.entry.1.Name=AWS.SNS.SMS.SMSType&MessageAttributes.entry.1.Value.DataType=String"
                + "&MessageAttributes.entry.1.Value.StringValue=Promotional"),
    ]

    private static let guids = task(
        contact: "00000000-0000-4000-8000-0000000000AB", owner: "00000000-0000-4000-8000-000000000007")
    private static let dynamicsHeaders = [
        HeaderField("accept", "application/json"), HeaderField("odata-version", "4.0"),
        HeaderField("odata-maxversion", "4.0"), HeaderField("if-none-match", "*"),
    ]
    private static let dynamics: [String: ProviderSetting] = [
        "host": .text("acme.crm4.dynamics.com"), "tenant_id": .text("t"), "client_id": .text("c"),
    ]

    static let tasks: [Row] = [
        Row(
            provider: "hubspot", settings: ["reference_property": .text("gatepost_id")], message: task(),
            url: "https://api.hubapi.com/crm/v3/objects/tasks",
            body: #"{"properties":{"hs_timestamp":"2026-12-01T23:00:00Z","hs_task_subject":"Call <Ada>","#
                + #""hs_task_body":"Line 1<br>Line 2","hs_task_status":"NOT_STARTED","hs_task_priority":"HIGH","#
                + #""hs_task_type":"CALL","hubspot_owner_id":"7","gatepost_id":"\#(token)"},"#
                + #""associations":[{"to":{"id":"42"},"types":[{"associationCategory":"HUBSPOT_DEFINED","#
                + #""associationTypeId":204}]}]}"#),
        Row(
            provider: "hubspot",
            settings: [
                "reference_property": .text("gatepost_id"), "path": .text("crm/objects/2026-09/tasks"),
                "owner_id": .text("99"),
            ], message: task(isFull: false), url: "https://api.hubapi.com/crm/objects/2026-09/tasks",
            body: #"{"properties":{"hs_timestamp":"2026-11-22T08:30:15Z","hs_task_subject":"Call <Ada>","#
                + #""hs_task_body":"Line 1<br>Line 2","hs_task_status":"NOT_STARTED","hs_task_priority":"LOW","#
                + #""hs_task_type":"TODO","hubspot_owner_id":"99","gatepost_id":"\#(token)"},"#
                + #""associations":[{"to":{"id":"42"},"types":[{"associationCategory":"HUBSPOT_DEFINED","#
                + #""associationTypeId":204}]}]}"#),
        Row(
            provider: "salesforce",
            settings: [
                "client_id": .text("c"), "username": .text("u"), "external_id_field": .text("Gatepost_Id__c"),
            ], message: task(), method: "PATCH",
            url: "https://login.salesforce.com/services/data/v61.0/sobjects/Task/Gatepost_Id__c/\(token)",
            body: #"{"Subject":"Call <Ada>","Description":"Line 1\nLine 2","ActivityDate":"2026-12-01","#
                + #""Status":"Not Started","Priority":"High","OwnerId":"7","WhoId":"42"}"#),
        Row(
            provider: "dynamics", settings: dynamics, message: guids, method: "PATCH",
            url: "https://acme.crm4.dynamics.com/api/data/v9.2/tasks(\(uuid))", headers: dynamicsHeaders,
            body: #"{"subject":"Call <Ada>","description":"Line 1\nLine 2","scheduledend":"2026-12-01T23:00:00Z","#
                + #""prioritycode":2,"ownerid@odata.bind":"/systemusers(00000000-0000-4000-8000-000000000007)","#
                + #""regardingobjectid_contact_task@odata.bind":"/contacts(00000000-0000-4000-8000-0000000000ab)"}"#),
        Row(
            provider: "dynamics", settings: dynamics.merging(["regarding": .text("lead")]) { $1 },
            message: task(contact: "00000000-0000-4000-8000-0000000000ab", isFull: false), method: "PATCH",
            url: "https://acme.crm4.dynamics.com/api/data/v9.2/tasks(\(uuid))", headers: dynamicsHeaders,
            body: #"{"subject":"Call <Ada>","description":"Line 1\nLine 2","prioritycode":0,"#
                + #""regardingobjectid_lead_task@odata.bind":"/leads(00000000-0000-4000-8000-0000000000ab)"}"#),
        Row(
            provider: "zoho", settings: ["client_id": .text("c"), "reference_field": .text("Gatepost_Id")],
            message: task(), url: "https://www.zohoapis.com/crm/v8/Tasks",
            body: #"{"data":[{"Subject":"Call <Ada>","Description":"Line 1\nLine 2","Due_Date":"2026-12-01","#
                + #""Priority":"High","Status":"Not Started","Who_Id":{"id":"42"},"Owner":{"id":"7"},"#
                + #""Gatepost_Id":"\#(token)"}]}"#),
        Row(
            provider: "zoho",
            settings: [
                "client_id": .text("c"), "reference_field": .text("Gatepost_Id"), "api_host": .text("www.zohoapis.eu"),
            ], message: task(isFull: false), url: "https://www.zohoapis.eu/crm/v8/Tasks",
            body: #"{"data":[{"Subject":"Call <Ada>","Description":"Line 1\nLine 2","Priority":"Low","#
                + #""Status":"Not Started","Who_Id":{"id":"42"},"Gatepost_Id":"\#(token)"}]}"#),
        Row(
            provider: "pipedrive", message: task(), url: "https://api.pipedrive.com/api/v2/activities",
            body:
                #"{"subject":"Call <Ada>","type":"task","owner_id":7,"participants":[{"person_id":42,"primary":true}],"#
                + #""due_date":"2026-12-01","due_time":"23:00","note":"Line 1<br>Line 2<br>ref \#(token)","done":false}"#
        ),
        Row(
            provider: "close", settings: ["assigned_to": .text("user_1")],
            message: task(contact: "lead_1", isFull: false),
            url: "https://api.close.com/api/v1/task/",
            body: #"{"_type":"lead","lead_id":"lead_1","assigned_to":"user_1","#
                + #""text":"Call <Ada>\nLine 1\nLine 2\nref \#(token)","is_complete":false}"#),
        Row(
            provider: "zendesk-sell", settings: ["resource_type": .text("lead")], message: task(),
            url: "https://api.getbase.com/v2/tasks",
            headers: [HeaderField("accept", "application/json"), HeaderField("user-agent", "gatepost")],
            body: #"{"data":{"content":"Call <Ada>\nLine 1\nLine 2\nref \#(token)","due_date":"2026-12-01T23:00:00Z","#
                + #""owner_id":7,"resource_type":"lead","resource_id":42,"completed":false},"meta":{"type":"task"}}"#),
    ]
}

// MARK: - What follows a request

extension ShippedRequestTests {
    /// (provider, what is asked, what is looked for)
    static let inquiries: [(Row, String, [String: String])] = [
        (
            texts[0],
            "/2010-04-01/Accounts/\(account)/Messages.json?To=%2B4917012345678&From=%2B15550100"
                + "&DateSent%3E=2026-11-22T08%3A30%3A15Z&PageSize=50", ["body": "Grüße & mehr"]
        ),
        (moreTexts[1], "/messages?recipient=390612345678&limit=200", ["reference": token]),
        (
            moreTexts[2], "/xms/v1/plan1/batches?client_reference=\(token)&page_size=10", ["client_reference": token]
        ),
        (
            tasks[7], "/api/v2/activities?person_id=42&sort_by=add_time&sort_direction=desc&limit=100",
            ["note": token]
        ),
        (
            tasks[8], "/api/v1/task/?lead_id=lead_1&_type=lead&_order_by=-date_created&_limit=100", ["text": token]
        ),
        (
            tasks[9], "/v2/tasks?resource_type=lead&resource_id=42&sort_by=created_at%3Adesc&per_page=100",
            ["data.content": token]
        ),
    ]

    @Test("who can be asked is asked so", arguments: inquiries)
    func asked(_ row: Row, _ target: String, _ match: [String: String]) throws {
        let load = try #require(
            try Self.provider(row).inquiry(
                for: row.message, since: Self.now, now: Self.now, secrets: ProviderScene.secret))
        #expect(load.method == "GET")
        #expect(load.target == target)
        #expect(load.match == match)
        #expect(load.body.isEmpty)
    }

    @Test("only those can be asked; texts are never sent again because a list does not show them")
    func who() {
        let all = ShippedProvidersTests.loaded.catalog.all
        let asked = all.filter { $0.inquiry != nil }
        #expect(
            asked.map(\.name) == ["close", "messagebird", "pipedrive", "sinch", "twilio", "zendesk-sell"])
        #expect(asked.filter { $0.inquiry?.found.provesAbsence == true }.allSatisfy { $0.channel == .crmTask })
        let repeated = all.filter { $0.repeatRule != nil }.map(\.name)
        #expect(repeated == ["dynamics", "hubspot", "salesforce", "telnyx", "webhook", "zoho"])
    }

    @Test("without a callback, a validity and a due date their fields are left out")
    func leftOut() throws {
        for row in Self.texts + Self.moreTexts {
            let body = try Self.provider(row, callback: nil)
                .request(for: Self.openText, now: Self.now, secrets: ProviderScene.secret).bodyText
            for word in ["me.example", "ValidityPeriod", "ttl", "expiry", "validity", "expire_at", "TimeToLive"] {
                #expect(!body.contains(word), "\(row.provider): \(body)")
            }
        }
    }

    @Test("a task for nobody, or for what cannot be an id, is the message's fault")
    func noContact() throws {
        for row in Self.tasks {
            guard case .task(var task) = row.message.content else { continue }
            var message = row.message
            task.contact = nil
            message.content = .task(task)
            let provider = try Self.provider(row)
            do throws(RequestMistake) {
                _ = try provider.request(for: message, now: Self.now, secrets: ProviderScene.secret)
                Issue.record("\(row.provider) makes a task for nobody")
            } catch {
                #expect(error.blame == .message)
            }
        }
    }
}

// MARK: - Who asks

extension ShippedRequestTests {
    /// (provider, its Authorization or own header, Basic's before its base64)
    static let shown: [(Row, HeaderField)] = [
        (texts[0], HeaderField("Authorization", "Basic \(account):the auth_token")),
        (texts[2], HeaderField("Authorization", "Bearer the api_key")),
        (texts[5], HeaderField("Authorization", "Basic abcd1234:the api_secret")),
        (moreTexts[0], HeaderField("Authorization", "Basic MA\(String(repeating: "A", count: 18)):the auth_token")),
        (moreTexts[1], HeaderField("Authorization", "AccessKey the access_key")),
        (moreTexts[2], HeaderField("Authorization", "Bearer the api_token")),
        (tasks[0], HeaderField("Authorization", "Bearer the access_token")),
        (tasks[7], HeaderField("x-api-token", "the api_token")),
        (tasks[8], HeaderField("Authorization", "Basic the api_key:")),
        (tasks[9], HeaderField("Authorization", "Bearer the access_token")),
    ]

    @Test("who asks is shown in the provider's way", arguments: shown)
    func authentication(_ row: Row, _ expected: HeaderField) throws {
        let provider = try Self.provider(row)
        let load = try provider.request(for: row.message, now: Self.now, secrets: ProviderScene.secret)
        var authenticator = Authenticator(provider.description.auth, provider: provider)
        let headers = try authenticator.headers(
            for: load, url: provider.baseURL + load.target, now: Self.now, secrets: ProviderScene.secret)
        let header = try #require(headers.first { $0.name.lowercased() == expected.name.lowercased() })
        guard expected.value.hasPrefix("Basic ") else {
            #expect(header.value == expected.value)
            return
        }
        #expect(header.value == "Basic " + Data(expected.value.dropFirst("Basic ".count).utf8).base64EncodedString())
    }

    @Test("Amazon's services are signed by their own names", arguments: [moreTexts[3], moreTexts[6]])
    func signed(_ row: Row) throws {
        let provider = try Self.provider(row)
        let load = try provider.request(for: row.message, now: Self.now, secrets: ProviderScene.secret)
        var authenticator = Authenticator(provider.description.auth, provider: provider)
        let headers = try authenticator.headers(
            for: load, url: provider.baseURL + load.target, now: Self.now, secrets: ProviderScene.secret)
        let value = headers.first { $0.name.lowercased() == "authorization" }?.value ?? ""
        let service = row.provider == "aws-sms" ? "sms-voice" : "sns"
        #expect(value.hasPrefix("AWS4-HMAC-SHA256 Credential=id/20261122/eu-central-1/\(service)/aws4_request,"))
        #expect(value.contains("x-amz-target") == (row.provider == "aws-sms"))
    }

    /// (provider, where its token is, what is asked)
    static let tokens: [(Row, String, String)] = [
        (
            tasks[3], "https://login.microsoftonline.com/t/oauth2/v2.0/token",
            "grant_type=client_credentials&client_id=c&client_secret=the+client_secret"
                + "&scope=https%3A%2F%2Facme.crm4.dynamics.com%2F.default"
        ),
        (
            tasks[5], "https://accounts.zoho.com/oauth/v2/token",
            "grant_type=refresh_token&refresh_token=the+refresh_token&client_id=c&client_secret=the+client_secret"
        ),
    ]

    @Test("tokens are asked for where the provider gives them", arguments: tokens)
    func token(_ row: Row, _ url: String, _ body: String) throws {
        let provider = try Self.provider(row)
        var authenticator = Authenticator(provider.description.auth, provider: provider)
        let request = try #require(try authenticator.tokenRequest(now: Self.now, secrets: ProviderScene.secret))
        #expect(request.url == url)
        #expect(
            String(decoding: request.body, as: UTF8.self).split(separator: "&").sorted()
                == body.split(separator: "&").sorted())
    }
}
