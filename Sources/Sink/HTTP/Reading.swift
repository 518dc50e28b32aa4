// SPDX-License-Identifier: Apache-2.0

import Providers

/// What a request was made from, as far as that can be told from it.
struct Reading {
    /// What it should hold and does not, by place.
    var lacks: [String] = []
    private var values: [(name: ExpressionName, text: String)] = []
    /// As they stand in the request.
    private var raw: [(expression: Expression, text: String)] = []

    subscript(name: ExpressionName) -> String? { values.first { $0.name == name }?.text }

    /// The value as it stands where that very expression does, else the name's.
    func value(of expression: Expression) -> String? {
        raw.first { $0.expression == expression }?.text ?? expression.name.flatMap { self[$0] }
    }

    mutating func note(_ expression: Expression, _ text: String) {
        raw.append((expression, text))
        if let (name, value) = expression.marked(in: text) { add(name, value) }
        guard let name = expression.name, let original = expression.original(of: text) else { return }
        add(name, original)
        if name == .callbackURL, let token = Self.reference(in: original) { add(.job(.token), token) }
    }

    private mutating func add(_ name: ExpressionName, _ text: String) {
        if self[name] == nil { values.append((name, text)) }
    }

    /// Our callbacks carry the job's token as their last part `ref`.
    private static func reference(in url: String) -> String? {
        guard let mark = url.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return FormText.fields(url.utf8[url.utf8.index(after: mark)...]).last { $0.name == "ref" }?.value
    }

    /// What later requests may ask for: the values that tell one message from another, and those of that kind.
    func kept(for asked: [Expression]) -> Reading {
        var kept = Reading()
        kept.values = values.filter { $0.name.isTelling }
        kept.raw = raw.filter { asked.contains($0.expression) }
        return kept
    }

    /// In E.164, or the contact's id; nil where it names none.
    var recipient: String? { self[.text(.to)] ?? self[.task(.contact)] }

    /// Token or UUID of the job, whichever is there.
    var reference: String? { self[.job(.token)] ?? self[.job(.uuid)] }

    /// Whether all that both tell of the message is the same.
    func agrees(with other: Reading) -> Bool {
        values.allSatisfy { value in
            !value.name.isTelling || other[value.name].map { $0 == value.text } ?? true
        }
    }
}

extension ExpressionName {
    /// Whether it tells one message from another.
    fileprivate var isTelling: Bool {
        switch self {
        case .text(.to), .text(.body), .task(.contact), .task(.title), .job(.token), .job(.uuid): true
        case .text, .task, .job, .setting, .secret, .callbackURL, .now, .attemptSince: false
        }
    }
}

extension Expression {
    /// What its last line marks it with.
    fileprivate func marked(in text: String) -> (name: ExpressionName, value: String)? {
        for case .mark(let name, let lineEnd) in steps {
            guard let mark = text.ranges(of: "\(lineEnd)ref ").last else { return nil }
            return (name, String(text[mark.upperBound...]))
        }
        return nil
    }

    /// What its name stood for, from what came of it; nil where a step cannot be undone.
    func original(of text: String) -> String? {
        var text = text[...]
        for step in steps.reversed() {
            switch step {
            case .text, .number, .clamp, .guid, .cut, .list, .upper, .lower, .path: continue
            case .digits: text = "+\(text)"
            case .prefix(let mark): text = text.hasPrefix(mark) ? text.dropFirst(mark.count) : text
            case .suffix(let mark): text = text.hasSuffix(mark) ? text.dropLast(mark.count) : text
            case .within(let open, let close):
                guard let start = SettingPlaces.end(of: open, in: text), text[start...].hasSuffix(close) else {
                    return nil
                }
                text = text[start...].dropLast(close.count)
            case .mark(_, let lineEnd):
                guard let end = text.ranges(of: "\(lineEnd)ref ").last else { return nil }
                text = text[..<end.lowerBound]
            case .seconds, .milliseconds, .iso8601, .date, .time, .map, .html, .yesno, .not, .then, .otherwise, .or,
                .line:
                return nil
            }
        }
        return String(text)
    }
}
