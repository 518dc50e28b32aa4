// SPDX-License-Identifier: Apache-2.0

import Providers

/// A path as a description makes it, the other way round: what values made this one.
struct PathPattern {
    private enum Piece {
        case literal([UInt8])
        /// Nil: a setting of the base URL.
        case value(Expression?)
    }

    private var pieces: [Piece] = []
    /// The operator says where it stands: any path may come before.
    let isAnywhere: Bool

    /// - Parameter base: where the provider has one; its path is part of the pattern.
    init(_ template: PathTemplate, base: URLTemplate? = nil, isAnywhere: Bool = false) {
        self.isAnywhere = isAnywhere
        if let base { append(Self.path(of: base)) }
        for piece in template.pieces {
            switch piece {
            case .literal(let text): append([.literal(Array(text.utf8))])
            case .value(let expression): append([.value(expression)])
            }
        }
    }

    /// Of a whole URL.
    init(_ url: URLTemplate) {
        isAnywhere = false
        append(Self.path(of: url))
    }

    /// The more of it is fixed, the surer is a match.
    var weight: Int {
        pieces.reduce(isAnywhere ? 0 : 1) { sum, piece in
            if case .literal(let bytes) = piece { sum + bytes.count } else { sum }
        }
    }

    private mutating func append(_ more: [Piece]) {
        for piece in more {
            if case .literal(let tail) = piece, case .literal(let head)? = pieces.last {
                pieces[pieces.count - 1] = .literal(head + tail)
            } else {
                pieces.append(piece)
            }
        }
    }

    /// What stands behind scheme and authority.
    private static func path(of url: URLTemplate) -> [Piece] {
        var text: [Piece] = []
        var slashes = 0
        for piece in url.pieces {
            switch piece {
            case .setting: if slashes > 2 { text.append(.value(nil)) }
            case .literal(let literal):
                var bytes: [UInt8] = []
                for byte in literal.utf8 {
                    if byte == UInt8(ascii: "/") { slashes += 1 }
                    if slashes > 2 { bytes.append(byte) }
                }
                if !bytes.isEmpty { text.append(.literal(bytes)) }
            }
        }
        if case .literal(let last)? = text.last, last.last == UInt8(ascii: "/") {
            text[text.count - 1] = .literal(last.dropLast())
        }
        return text
    }

    /// The values, decoded; nil where the path is another.
    func match(_ path: ArraySlice<UInt8>) -> [(expression: Expression, text: String)]? {
        if pieces.isEmpty { return isAnywhere || path.elementsEqual([UInt8(ascii: "/")]) ? [] : nil }
        var rest = path
        while true {
            if let found = matchAll(rest) { return found }
            guard isAnywhere, let next = rest.dropFirst().firstIndex(of: UInt8(ascii: "/")) else { return nil }
            rest = rest[next...]
        }
    }

    private func matchAll(_ path: ArraySlice<UInt8>) -> [(expression: Expression, text: String)]? {
        Self.match(pieces[...], path)
    }

    private static func match(_ pieces: ArraySlice<Piece>, _ path: ArraySlice<UInt8>)
        -> [(expression: Expression, text: String)]?
    {
        guard let piece = pieces.first else { return path.isEmpty ? [] : nil }
        switch piece {
        case .literal(let bytes):
            return path.starts(with: bytes) ? match(pieces.dropFirst(), path.dropFirst(bytes.count)) : nil
        case .value(let expression):
            for end in ends(of: expression, in: path, before: pieces.dropFirst().first) {
                guard let behind = match(pieces.dropFirst(), path[end...]) else { continue }
                return (expression.map { [($0, FormText.decoded(path[..<end]))] } ?? []) + behind
            }
            return nil
        }
    }

    /// Where a value may end, the likeliest first: a segment is taken whole or up to what follows in it; a path as far as
    /// it goes.
    private static func ends(of expression: Expression?, in path: ArraySlice<UInt8>, before next: Piece?) -> [Int] {
        let mayHoldSlash = expression?.steps.contains { if case .path = $0 { true } else { false } } ?? false
        let value = mayHoldSlash ? path : path.prefix { $0 != UInt8(ascii: "/") }
        guard case .literal(let literal)? = next else { return value.isEmpty ? [] : [value.endIndex] }
        let starts = value.indices.dropFirst().filter { path[$0...].starts(with: literal) }
        return mayHoldSlash ? starts.reversed() : starts + [value.endIndex].filter { _ in !value.isEmpty }
    }
}
