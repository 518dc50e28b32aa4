// SPDX-License-Identifier: Apache-2.0
//
// DemoHome: the demonstration's folder, with a configuration and two small templates of its own.

import Foundation

struct DemoHome: Sendable {
    let folder: String
    var configuration: String { "\(folder)/gatepost.toml" }
    var stateDir: String { "\(folder)/state" }
    var mail: String { "\(folder)/mail" }
    var requests: String { "\(folder)/requests" }
    var incoming: String { "\(stateDir)/spool/incoming" }
    var temporary: String { "\(stateDir)/spool/tmp" }

    /// A new folder under the system's one for temporary files; it stays, so that one can look around in it.
    static func make(in parent: String?) throws(CommandFailure) -> DemoHome {
        let parent = parent ?? NSTemporaryDirectory()
        var template = Array("\(parent)/gatepost-demo-XXXXXX".replacing("//", with: "/").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .system("cannot make a folder for the demonstration", parent, otherwise: .cannotCreate)
        }
        return DemoHome(folder: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Writes configuration and templates; the sinks listen by then.
    ///
    /// - Parameter texts, tasks: where the sink plays the two providers.
    func furnish(sinkPort: UInt16, texts: String, tasks: String) throws(CommandFailure) {
        try write("gatepost.toml", Self.settings(sinkPort: sinkPort, texts: texts, tasks: tasks))
        try write("secret", "made-up-by-the-demonstration\n")
        chmod("\(folder)/secret", 0o600)
        for (path, text) in Self.templates { try write("templates/\(path)", text) }
    }

    private func write(_ path: String, _ text: String) throws(CommandFailure) {
        let url = URL(filePath: "\(folder)/\(path)")
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        } catch {
            throw CommandFailure(.cannotCreate, "cannot write a file of the demonstration: \(error)", at: url.path)
        }
    }

    private static func settings(sinkPort: UInt16, texts: String, tasks: String) -> String {
        """
        # Made by `gatepost demo`.
        state_dir     = "state"
        templates_dir = "templates"

        [[brand]]
        id = "acme"
        controller = "Acme Inc."
        from = "Acme <hello@acme.example>"
        postal_address = "1 Main Street, Springfield"

        [[topic]]
        id = "newsletter"
        title = { en = "Our newsletter" }

        [[route]]
        name = "sink"
        channel = "email"
        type = "smtp"
        url = "smtp://127.0.0.1:\(sinkPort)"
        tls = "none"                 # the sink is on this machine
        connections = 4

        [[route]]
        name = "texts"
        channel = "sms"
        type = "http"
        provider = "\(DemoCast.textProvider)"
        base_url = "\(texts)"
        allow_private_network = true # the sink plays the provider, on this machine
        settings = { account_sid = "AC00000000000000000000000000000000", from = "+15550100" }
        secrets = { auth_token = { file = "secret" } }

        [[route]]
        name = "tasks"
        channel = "crm_task"
        type = "http"
        provider = "\(DemoCast.taskProvider)"
        base_url = "\(tasks)"
        allow_private_network = true
        settings = { reference_property = "gatepost_id" }
        secrets = { access_token = { file = "secret" } }

        [[policy.cap]]               # without a [[policy.consent]], marketing needs express consent with proof
        name = "one-a-day"
        class = "marketing"
        limit = 1
        window = "rolling 24h"
        per = ["address"]

        [retry]
        first = "1s"                 # so that the greylisted one comes back while you watch
        """
    }

    private static let templates = [
        (
            "hello/template.toml",
            """
            class = "marketing"
            channels = ["email"]
            description = "A greeting for new readers"

            [data]
            first_name = { type = "string", required = true }
            """
        ),
        ("hello/subject.txt", "Good to have you here, {{first_name}}\n"),
        (
            "hello/body.html",
            """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Welcome</title></head>
            <body style="margin:0;background:#f4f4f2;font:16px/1.5 system-ui,sans-serif;color:#222">
            <div style="max-width:600px;margin:0 auto;padding:32px 24px;background:#fff">
            <h1 style="font-size:24px">Good to have you here, {{first_name}}</h1>
            <p>This mail was taken from a file queue, rendered, sent and recorded by Gatepost.</p>
            <p style="color:#777;font-size:13px">{{brand.name}} · {{postal_address}}</p>
            </div></body></html>
            """
        ),
        ("hello/sample.json", "{\"first_name\": \"Ada\"}\n"),
        (
            "code/template.toml",
            """
            class = "transactional"
            purpose = "security"
            channels = ["sms"]
            max_segments = 1
            description = "A code to sign in with"

            [data]
            code = { type = "string", required = true }
            """
        ),
        ("code/sms.txt", "{{code}} is your code for {{brand.name}}. It is good for ten minutes.\n"),
        ("code/sample.json", "{\"code\": \"493027\"}\n"),
        (
            "follow-up/template.toml",
            """
            class = "transactional"
            purpose = "service"
            channels = ["crm_task"]
            description = "Somebody should call"

            [data]
            first_name = { type = "string", required = true }
            """
        ),
        ("follow-up/task.title.txt", "Call {{first_name}} about the open question\n"),
        ("follow-up/task.body.txt", "{{first_name}} wrote to support yesterday and asked to be called.\n"),
        ("follow-up/sample.json", "{\"first_name\": \"Ada\"}\n"),
    ]
}
