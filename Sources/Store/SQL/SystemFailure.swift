// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#endif

/// A system call on one of the store's own files that failed.
struct SystemFailure: Error, CustomStringConvertible {
    var call: String
    var path: String
    var number: Int32

    /// Takes the `errno` of the call that has just failed.
    init(_ call: String, _ path: String) { (self.call, self.path, number) = (call, path, errno) }
    init(_ call: String, _ path: String, number: Int32) { (self.call, self.path, self.number) = (call, path, number) }

    var isFull: Bool { number == ENOSPC || number == EDQUOT }
    var description: String { "\(call) \(path): \(String(cString: strerror(number)))" }
}
