// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// One JSON object that a command is given with `--data`.
enum DataFile {
    /// - Parameter path: `-` is standard input.
    /// - Parameter example: for people who gave something else.
    static func object(_ path: String, as example: String) throws(CommandFailure) -> JSONObject {
        let input = try QueueInput(path, isNDJSON: false)
        var bytes: [UInt8] = []
        while let piece = try input.next() { bytes += piece }
        do throws(JSONError) {
            if let object = try JSONValue.parse(bytes).object { return object }
        } catch {
            throw CommandFailure(.badData, "the data is not JSON: \(error)", at: path)
        }
        throw CommandFailure(.badData, "the data must be one JSON object", at: path, advice: "as \(example)")
    }
}
