// SPDX-License-Identifier: Apache-2.0

import Settings
import Transport

/// Resolves a secret where it is needed; never kept longer than a connection's opening, never logged.
public typealias SecretSource = @Sendable (SecretReference) throws -> String

extension LinkTarget {
    /// Where the settings lead, with the secret of this moment.
    init(_ settings: SMTPSettings, _ secrets: SecretSource) throws {
        self.init(
            host: settings.host, port: settings.port, security: Security(settings),
            connectTimeout: settings.connectTimeout)
        (caFile, clientCertificate, clientKey) = (settings.caFile, settings.clientCertificate, settings.clientKey)
        proxy = settings.proxy
        heloName = settings.heloName
        guard let user = settings.username else { return }
        let secret = try settings.password.map(secrets) ?? ""
        login =
            switch settings.mechanism {
            case .xoauth2: .bearer(user: user, token: secret)
            case .plain: .password(user: user, password: secret, mechanism: "PLAIN")
            case .login: .password(user: user, password: secret, mechanism: "LOGIN")
            case nil: .password(user: user, password: secret, mechanism: nil)
            }
    }
}

extension LinkTarget.Security {
    init(_ settings: SMTPSettings) {
        self =
            switch settings.tls {
            case _ where settings.implicitTLS: .implicit
            case .required: .required
            case .opportunistic: .opportunistic
            case .none: .none
            }
    }
}
