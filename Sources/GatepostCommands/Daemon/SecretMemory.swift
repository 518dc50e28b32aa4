// SPDX-License-Identifier: Apache-2.0

import Settings
import Synchronization

/// Secrets as they were last read: requests ask for them at full rate, and files are read again at HUP only (CONTRACT 5).
/// Any thread.
final class SecretMemory: Sendable {
    private let resolver: SecretResolver
    private let known = Mutex<[SecretReference: String]>([:])

    init(_ resolver: SecretResolver) { self.resolver = resolver }

    /// Reads it the first time; what cannot be read is tried again at the next.
    func secret(_ reference: SecretReference) throws(SecretProblem) -> String {
        if let secret = known.withLock({ $0[reference] }) { return secret }
        let secret = try resolver.resolve(reference)
        known.withLock { $0[reference] = secret }
        return secret
    }

    /// A reload: each is read anew.
    func forget() { known.withLock { $0 = [:] } }
}
