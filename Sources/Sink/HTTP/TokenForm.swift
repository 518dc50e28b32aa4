// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers

/// What a token endpoint wants to see (RFC 6749 sections 4.4.2 and 6, RFC 7523 section 2.1).
enum TokenForm {
    static func read(_ request: SinkRequest, _ bodies: RequestBodies, _ auth: AuthDescription) -> Reading {
        var reading = Reading()
        guard case .oauth2(let rules) = auth, case .success(let form) = bodies.read(.form, request.body) else {
            return reading
        }
        let fields = form.object
        var wanted: [String] = []
        switch rules.grant {
        case .clientCredentials: expect("client_credentials")
        case .refreshToken:
            expect("refresh_token")
            wanted.append("refresh_token")
        case .jwtBearer:
            expect("urn:ietf:params:oauth:grant-type:jwt-bearer")
            wanted.append("assertion")
        }
        switch rules.clientAuth {
        case .form:
            if rules.clientID != nil { wanted.append("client_id") }
            if rules.clientSecret != nil { wanted.append("client_secret") }
        case .basic:
            if request.header("authorization")?.hasPrefix("Basic ") != true {
                reading.lacks.append("header Authorization: Basic")
            }
        }
        for name in wanted where fields?[name]?.string?.isEmpty ?? true { reading.lacks.append(name) }
        return reading

        func expect(_ grant: String) {
            if fields?["grant_type"]?.string != grant { reading.lacks.append("grant_type = \(grant)") }
        }
    }
}
