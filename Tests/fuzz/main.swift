// SPDX-License-Identifier: Apache-2.0
//
// The fuzz targets: gatepost-fuzz record|template|reply [libFuzzer options] [CORPUS…]
//
// Built only with GATEPOST_FUZZ set and `--sanitize=fuzzer` (Tests/fuzz.sh): libFuzzer brings its driver, we the targets.

import Channels
import Foundation
import Spool
import Templates

typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>, _ callback: Callback
) -> CInt

let targets: [String: Callback] = [
    "record": { bytes, count in
        fuzzRecordDecoder(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    },
    "template": { bytes, count in
        fuzzTemplateParser(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    },
    "reply": { bytes, count in
        fuzzSMTPReplyReader(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    },
]

guard CommandLine.arguments.count >= 2, let target = targets[CommandLine.arguments[1]] else {
    FileHandle.standardError.write(Data("usage: gatepost-fuzz record|template|reply [options] [corpus]\n".utf8))
    exit(64)
}
var count = CommandLine.argc - 1
var words = CommandLine.unsafeArgv + 1
exit(runFuzzer(&count, &words, target))
