// SPDX-License-Identifier: Apache-2.0

import Providers
import Testing

/// Made-up providers, one for each manner that real ones have.
enum HTTPProviders {
    static func read(_ texts: [String: String]) throws -> [ProviderDescription] {
        try texts.sorted { $0.key < $1.key }.map { name, text in
            let (description, problems) = ProviderCatalog.read(text, name: name)
            #expect(problems.isEmpty, "\(problems.map(\.description))")
            return try #require(description)
        }
    }

    static var all: [ProviderDescription] {
        get throws { try read(["pager": pager, "keyed": keyed, "crm": crm]) }
    }

    /// A form, basic authentication, asked about by number.
    static let pager = """
        schema = 1
        title = "Pager"
        channel = "sms"
        as_of = "2026-11-21"
        sources = ["https://pager.example/docs"]
        base_url = "https://api.pager.example/v1"
        [settings.account]
        type = "string"
        required = true
        [settings.from]
        type = "string"
        [secrets.password]
        required = true
        [auth]
        type = "basic"
        username = "$settings.account"
        password = "$secrets.password"
        [request]
        method = "POST"
        path = "/accounts/{settings.account}/messages"
        body = "form"
        [request.fields]
        To = "$text.to"
        From = "$settings.from"
        Body = "$text.body"
        Validity = "$text.validity"
        Kind = "sms"
        Callback = "$callback.url"
        [inquiry]
        method = "GET"
        path = "/accounts/{settings.account}/messages"
        [inquiry.query]
        To = "$text.to"
        [inquiry.found]
        in = "messages"
        where = { body = "$text.body" }
        id = "sid"
        [answer]
        body = "json"
        id = ["sid"]
        code = ["code"]
        [[answer.rule]]
        status = [201]
        has = ["sid"]
        is = "accepted"
        [[answer.rule]]
        code = [21211]
        is = "bad_address"
        [[example]]
        name = "made"
        status = 201
        headers = { "content-type" = "application/json" }
        body = '{"sid": "SM{id}", "to": "{to}", "body": "{body}"}'
        is = "accepted"
        plays = "accept"
        [[example]]
        name = "no such number"
        status = 400
        headers = { "content-type" = "application/json" }
        body = '{"code": 21211, "message": "{to} is no number"}'
        is = "bad_address"
        plays = "bounce"
        [[example]]
        name = "slow down"
        status = 429
        headers = { "retry-after" = "3", "content-type" = "application/json" }
        body = '{"code": 20429}'
        is = "throttled"
        plays = "greylist"
        [[example]]
        name = "who"
        status = 401
        headers = { "content-type" = "application/json" }
        body = '{"code": 20003}'
        is = "credentials"
        plays = "unauthorised"
        [[example]]
        name = "found"
        to = "inquiry"
        status = 200
        headers = { "content-type" = "application/json" }
        body = '{"messages": [{"sid": "SM{id}", "body": "{body}", "status": "sent"}], "page": 0}'
        match = { body = "{body}" }
        is = "found"
        """

    /// JSON, bearer, an idempotency key; the number stands nested and without its plus.
    static let keyed = """
        schema = 1
        title = "Keyed"
        channel = "sms"
        as_of = "2026-11-21"
        sources = ["https://keyed.example/docs"]
        base_url = "https://keyed.example"
        [secrets.key]
        required = true
        [auth]
        type = "bearer"
        token = "$secrets.key"
        [request]
        method = "POST"
        path = "/send"
        body = "json"
        [request.fields]
        content = { text = "$text.body", parts = "$text.segments" }
        tags = ["$job.campaign", "gatepost"]
        flash = false
        [[request.fields.recipients]]
        msisdn = "$text.to | digits"
        ref = "$job.token | prefix r-"
        [repeat]
        by = "key"
        header = "Idempotency-Key"
        window = "1h"
        [answer]
        body = "json"
        id = ["id"]
        [[answer.rule]]
        status = [200]
        is = "accepted"
        [[example]]
        name = "made"
        status = 200
        headers = { "content-type" = "application/json" }
        body = '{"id": {id}}'
        is = "accepted"
        plays = "accept"
        """

    /// Tasks under an id of our own, a token endpoint, changes.
    static let crm = """
        schema = 1
        title = "CRM"
        channel = "crm_task"
        as_of = "2026-11-21"
        sources = ["https://crm.example/docs"]
        base_url = "https://crm.example"
        [secrets.client]
        required = true
        [secrets.secret]
        required = true
        [secrets.refresh]
        required = true
        [auth]
        type = "oauth2"
        grant = "refresh_token"
        token_url = "https://login.crm.example/oauth/token"
        client_id = "$secrets.client"
        client_secret = "$secrets.secret"
        refresh_token = "$secrets.refresh"
        client_auth = "form"
        scheme = "CRM-token"
        [request]
        method = "PATCH"
        path = "/tasks({job.uuid})"
        body = "json"
        [request.fields]
        Subject = "$task.title"
        Note = "$task.body"
        Contact = "$task.contact | within /contacts(*)"
        [inquiry]
        method = "GET"
        path = "/tasks({job.uuid})"
        absent = "not_sent"
        [inquiry.found]
        where = { ref = "$job.uuid" }
        id = "id"
        absent = [404]
        [amend]
        method = "PATCH"
        path = "/tasks({task.id})"
        body = "json"
        [amend.fields]
        State = "closed"
        Why = "$task.note"
        [repeat]
        by = "upsert"
        [answer]
        body = "json"
        id = ["id"]
        [[answer.rule]]
        status = ["2xx"]
        is = "accepted"
        [[example]]
        name = "made"
        status = 201
        headers = { "content-type" = "application/json" }
        body = '{"id": "{uuid}", "created": true}'
        is = "accepted"
        plays = "accept"
        [[example]]
        name = "again"
        status = 200
        headers = { "content-type" = "application/json" }
        body = '{"id": "{uuid}", "created": false}'
        is = "accepted"
        plays = "again"
        [[example]]
        name = "token"
        to = "token"
        status = 200
        headers = { "content-type" = "application/json" }
        body = '{"access_token": "t-{id}", "expires_in": 3600}'
        plays = "token"
        """
}
