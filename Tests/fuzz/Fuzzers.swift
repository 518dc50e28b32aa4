// SPDX-License-Identifier: Apache-2.0
//
// The fuzz targets, one at a time: GATEPOST_FUZZ_TARGET=record|template|reply gatepost-fuzz [libFuzzer options] [CORPUS…]
//
// Built only with GATEPOST_FUZZ set and `--sanitize=fuzzer` (Tests/fuzz.sh): libFuzzer brings `main`, we what it calls.

import Channels
import Foundation
import Spool
import Templates

/// What libFuzzer calls with each input. Which target it goes to, its own `main` says first.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}

private let targets: [String: @Sendable (UnsafeRawBufferPointer) -> Void] = [
    "record": { fuzzRecordDecoder($0) },
    "template": { fuzzTemplateParser($0) },
    "reply": { fuzzSMTPReplyReader($0) },
]

private let target: @Sendable (UnsafeRawBufferPointer) -> Void = {
    guard let name = ProcessInfo.processInfo.environment["GATEPOST_FUZZ_TARGET"], let target = targets[name] else {
        FileHandle.standardError.write(Data("GATEPOST_FUZZ_TARGET must be record, template or reply\n".utf8))
        exit(64)
    }
    return target
}()
