// SPDX-License-Identifier: Apache-2.0
//
// SpoolDrop: the enqueue itself, as CONTRACT 3.1 has it: write beside, sync, rename in, sync the directory.

import Cryptography
import Foundation
import GatewayModel
import Spool

struct SpoolDrop {
    let place: SpoolLayout.Place
    /// The most that one file of the queue may have (CONTRACT 3.1).
    var limit = 256 << 20

    /// Hands over everything the input holds; an NDJSON that is too large for one file goes in as several.
    ///
    /// On return it is durable: the files are in `incoming/`, whatever happens to this machine.
    /// - Returns: their names, in order.
    func put(_ input: QueueInput) throws(CommandFailure) -> [String] {
        var names: [String] = []
        var file: Draft?
        while let piece = try input.next() {
            var rest = piece[...]
            if let open = file, open.bytes + rest.count > limit {
                let (now, later) = try split(rest, of: input)
                try open.write(now)
                names.append(try open.publish(in: place))
                (file, rest) = (nil, later)
            }
            if file == nil { file = try Draft(in: place, for: input) }
            try file?.write(rest)
        }
        guard let file else { throw CommandFailure(.badData, "there is nothing to enqueue", at: input.name) }
        names.append(try file.publish(in: place))
        return names
    }

    private func split(
        _ piece: ArraySlice<UInt8>, of input: QueueInput
    ) throws(CommandFailure) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        let size = "\(limit >> 20) MiB"
        guard input.form == .lines else {
            throw CommandFailure(.badData, "the record is larger than \(size)", at: input.name)
        }
        guard let end = piece.lastIndex(of: 0x0A) else {
            throw CommandFailure(
                .badData, "a line is longer than 1 MiB", at: input.name, advice: "a record has one line")
        }
        return (piece[...end], piece[(end + 1)...])
    }
}

/// A file of the queue that nobody looks at yet; removed with its end unless it was published.
private final class Draft {
    private(set) var bytes = 0
    private let name: String
    private let path: String
    private let descriptor: Int32
    private var isPublished = false

    init(in place: SpoolLayout.Place, for input: QueueInput) throws(CommandFailure) {
        let time = TimeText.short(SystemTimepiece().now()).filter { $0.isNumber || $0 == " " }.replacing(" ", with: "T")
        let ending = input.form == .lines ? "ndjson" : "json"
        name = "\(input.stem).\(time)-\(SecureRandom.bytes(6).hex).\(ending)"
        path = "\(place.tmp)/\(name)"
        // The daemon reads it by the group's right: the directory hands its group down.
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw .system(
                "cannot write to the spool of \"\(place.producer)\"", place.tmp, otherwise: .cannotCreate,
                advice: errno == ENOENT
                    ? "make it: gatepost init" : "join the group \(StateSetUp.producersGroup), or run it as the owner")
        }
        fchmod(descriptor, 0o640)
    }

    deinit {
        close(descriptor)
        if !isPublished { unlink(path) }
    }

    func write(_ piece: ArraySlice<UInt8>) throws(CommandFailure) {
        var rest = piece
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("cannot write to the spool", path) }
            rest = rest.dropFirst(count)
        }
        bytes += piece.count
    }

    /// The enqueue: on return the file is in `incoming/` and survives a power cut.
    func publish(in place: SpoolLayout.Place) throws(CommandFailure) -> String {
        guard fsync(descriptor) == 0 else { throw .system("cannot sync the file", path) }
        guard rename(path, "\(place.incoming)/\(name)") == 0 else {
            throw .system("cannot put the file into the queue", place.incoming)
        }
        isPublished = true
        let directory = open(place.incoming, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw .system("cannot sync the queue", place.incoming) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .system("cannot sync the queue", place.incoming) }
        return name
    }
}
