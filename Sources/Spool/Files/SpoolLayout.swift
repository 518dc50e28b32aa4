// SPDX-License-Identifier: Apache-2.0
//
// SpoolLayout: which directories there are, and who may do what in them (CONTRACT 2).

import Foundation

public struct SpoolLayout: Hashable, Sendable {
    /// The producer there is where none is configured; its directories are the spool's own.
    public static let defaultProducer = "default"
    /// Longest name of a producer: it is part of the names in `taken/`, which may have 255 bytes.
    public static let longestProducerName = 32

    /// One producer's own directories.
    public struct Place: Hashable, Sendable {
        public let producer: String
        public let base: String
        public var tmp: String { base + "/tmp" }
        public var incoming: String { base + "/incoming" }
        public var receipts: String { base + "/receipts" }
        public var rejected: String { base + "/rejected" }
        public var outcomes: String { base + "/outcomes" }
    }

    /// The state directory.
    public let root: String
    public let places: [Place]

    public var spool: String { root + "/spool" }
    public var taken: String { spool + "/taken" }
    public var status: String { spool + "/status.json" }
    /// How far the outcome feed has come; out of the producers' reach.
    public var feedCursor: String { root + "/outcome-feed.json" }

    /// - Parameter producers: those configured; none means the one called `default`.
    public init(root: String, producers: [String]) {
        self.root = root
        let names = producers.isEmpty ? [Self.defaultProducer] : producers
        places = names.map { Self.home(of: $0, in: root) }
    }

    /// A configured producer's directories.
    public func place(of producer: String) -> Place? { places.first { $0.producer == producer } }
    /// Where a producer's directories are, or would be.
    public func home(of producer: String) -> Place { Self.home(of: producer, in: root) }

    private static func home(of producer: String, in root: String) -> Place {
        Place(
            producer: producer,
            base: producer == defaultProducer ? "\(root)/spool" : "\(root)/spool/producers/\(producer)")
    }
}

extension SpoolLayout {
    /// Why the directories cannot be had: what, where and the system's word for it.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Makes what is missing and sets owners' groups and modes; does no harm where all is there.
    ///
    /// Producers write `tmp/` and `incoming/` (setgid, sticky: nobody removes another's file) and read the rest of
    /// theirs; what is between is the daemon's alone.
    /// - Parameter group: of the producers; where the system has no such group, the directories keep theirs.
    @discardableResult
    public static func prepare(
        root: String, producers: [String], group: String = "gatepost-submit"
    ) throws(Failure) -> SpoolLayout {
        let layout = SpoolLayout(root: root, producers: producers)
        for place in layout.places where !isProducerName(place.producer) {
            throw Failure(
                description:
                    "the producer name \"\(place.producer)\" must be 1 to \(longestProducerName) of A-Z a-z 0-9 _ -")
        }
        let members = getgrnam(group)?.pointee.gr_gid
        if !exists(root) { try directory(root, 0o711, nil) }
        try directory(layout.spool, 0o2750, members)
        try directory(layout.taken, 0o700, nil)
        if layout.places.contains(where: { $0.base != layout.spool }) {
            try directory(layout.spool + "/producers", 0o2750, members)
        }
        for place in layout.places {
            if place.base != layout.spool { try directory(place.base, 0o2750, members) }
            for path in [place.tmp, place.incoming] { try directory(path, 0o3770, members) }
            for path in [place.receipts, place.rejected, place.outcomes] { try directory(path, 0o2750, members) }
        }
        return layout
    }

    static func isProducerName(_ name: String) -> Bool {
        (1...longestProducerName).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                SpoolFileName.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func directory(_ path: String, _ mode: mode_t, _ group: gid_t?) throws(Failure) {
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("make", path) }
        var facts = stat()
        guard lstat(path, &facts) == 0 else { throw failure("look at", path) }
        guard facts.st_mode & S_IFMT == S_IFDIR else { throw Failure(description: "\(path) is there and no directory") }
        if let group, facts.st_gid != group, chown(path, uid_t.max, group) != 0 {
            throw failure("give a group to", path)
        }
        if facts.st_mode & 0o7777 != mode || group != facts.st_gid, chmod(path, mode) != 0 {
            throw failure("set the mode of", path)
        }
    }

    private static func failure(_ act: String, _ path: String) -> Failure {
        Failure(description: "cannot \(act) \(path): \(String(cString: strerror(errno)))")
    }
}
