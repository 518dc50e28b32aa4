// SPDX-License-Identifier: Apache-2.0

extension Result where Success: Sendable {
    /// What the body came to, for places where an error has to wait its turn.
    init(_ body: () async throws(Failure) -> Success) async {
        do throws(Failure) { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
