// SPDX-License-Identifier: Apache-2.0
//
// What a key's value must look like, as a value: its name for messages, and how it is read.

/// A complaint about a value; it becomes a problem at the value's own place.
public struct TOMLComplaint: Error, Hashable, Sendable {
    public var message: String
    /// Where within the value; nil: the value itself.
    public var item: TOMLItem?
    public init(_ message: String, at item: TOMLItem? = nil) { (self.message, self.item) = (message, item) }
}

/// How to read one value: gives it, or every complaint about it.
public struct TOMLShape<Value> {
    /// As it stands behind "must be ": `a string`, `a list of strings`.
    public let name: String
    let read: (TOMLItem, inout [TOMLComplaint]) -> Value?

    /// `read` returns nil only after it has complained.
    public init(_ name: String, read: @escaping (_ item: TOMLItem, _ complaints: inout [TOMLComplaint]) -> Value?) {
        (self.name, self.read) = (name, read)
    }

    /// The same values, of which each must also pass `check`; nil means "not \(name)".
    public func refined<Other>(_ name: String, _ check: @escaping (Value, TOMLItem) throws(TOMLComplaint) -> Other?)
        -> TOMLShape<Other>
    {
        TOMLShape<Other>(name) { item, complaints in
            guard let value = read(item, &complaints) else { return nil }
            do throws(TOMLComplaint) {
                if let refined = try check(value, item) { return refined }
                complaints.append(TOMLComplaint("must be \(name)"))
            } catch {
                complaints.append(error)
            }
            return nil
        }
    }

    /// One kind of content and nothing else.
    static func only(_ name: String, _ take: @escaping (TOMLContent) -> Value?) -> TOMLShape {
        TOMLShape(name) { item, complaints in
            if let value = take(item.content) { return value }
            complaints.append(TOMLComplaint("must be \(name), not \(item.content.kind)"))
            return nil
        }
    }
}

extension TOMLShape where Value == String {
    /// Any string, the empty one too.
    public static var string: TOMLShape { only("a string") { if case .string(let text) = $0 { text } else { nil } } }

    /// At least one character.
    public static var text: TOMLShape {
        string.refined("a string that is not empty") { text, _ in text.isEmpty ? nil : text }
    }

    /// A path; a relative one is resolved against the directory of the file that names it.
    public static var path: TOMLShape {
        text.refined("a path") { text, item in
            TOMLPath.resolve(text, against: item.place.file)
        }
    }

    /// One of these words.
    public static func word(of words: [String]) -> TOMLShape {
        string.refined(Wording.choice(words)) { (text, _) throws(TOMLComplaint) in
            guard words.contains(text) else {
                throw TOMLComplaint("must be \(Wording.choice(words))\(Wording.suggestion(for: text, among: words))")
            }
            return text
        }
    }
}

extension TOMLShape where Value: RawRepresentable, Value: CaseIterable, Value.RawValue == String {
    /// One of the enum's raw values.
    public static var word: TOMLShape {
        TOMLShape<String>.word(of: Value.allCases.map(\.rawValue)).refined(
            Wording.choice(Value.allCases.map(\.rawValue))
        ) { text, _ in
            Value(rawValue: text)
        }
    }
}

extension TOMLShape where Value == Bool {
    public static var boolean: TOMLShape {
        only("true or false") { if case .boolean(let flag) = $0 { flag } else { nil } }
    }
}

extension TOMLShape where Value == Int {
    public static func integer(in range: ClosedRange<Int> = Int.min...Int.max) -> TOMLShape {
        TOMLShape.only("an integer") { if case .integer(let number) = $0 { number } else { nil } }
            .refined(Wording.range("an integer", range, least: .min, most: .max)) { number, _ in
                range.contains(number) ? number : nil
            }
    }
}

extension TOMLShape where Value == Double {
    /// Integers are numbers too; infinities and NaN are not.
    public static func number(in range: ClosedRange<Double>) -> TOMLShape {
        only("a number") { content in
            switch content {
            case .float(let number): number
            case .integer(let number): Double(number)
            default: nil
            }
        }
        .refined(Wording.range("a number", range, least: -.infinity, most: .infinity)) { number, _ in
            number.isFinite && range.contains(number) ? number : nil
        }
    }
}

extension TOMLShape where Value == Duration {
    private static var durationName: String { "a duration as \"30s\", \"1h30m\" or \"7d\"" }

    /// A bare number is told what it probably meant.
    private static var durationText: TOMLShape<String> {
        TOMLShape<String>(durationName) { item, complaints in
            if case .string(let text) = item.content { return text }
            var hint = ""
            if case .integer(let number) = item.content, number >= 0 { hint = "; did you mean \"\(number)s\"?" }
            complaints.append(TOMLComplaint("must be \(durationName), not \(item.content.kind)\(hint)"))
            return nil
        }
    }

    /// As `30s`, `1h30m`, `7d`.
    public static func duration(in range: ClosedRange<Duration> = .zero...DurationText.longest) -> TOMLShape {
        durationText.refined(durationName) { (text, _) throws(TOMLComplaint) in
            guard let duration = DurationText.parse(text) else { return nil }
            guard range.contains(duration) else {
                throw TOMLComplaint(
                    "must be between \(DurationText.print(range.lowerBound)) and \(DurationText.print(range.upperBound))"
                )
            }
            return duration
        }
    }
}

extension TOMLShape {
    /// An array whose elements all have that shape; every bad one is told.
    public static func list<Element>(of element: TOMLShape<Element>, _ name: String) -> TOMLShape
    where Value == [Element] {
        TOMLShape(name) { item, complaints in
            guard case .array(let items) = item.content else {
                complaints.append(TOMLComplaint("must be \(name), not \(item.content.kind)"))
                return nil
            }
            let before = complaints.count
            let values = items.compactMap { element.readElement($0, &complaints) }
            return complaints.count == before ? values : nil
        }
    }

    /// A table with keys of the file's own choosing; the values all have that shape.
    public static func dictionary<Element>(of element: TOMLShape<Element>, _ name: String) -> TOMLShape
    where Value == [String: Element] {
        TOMLShape(name) { item, complaints in
            guard case .table = item.content else {
                complaints.append(TOMLComplaint("must be \(name), not \(item.content.kind)"))
                return nil
            }
            var values: [String: Element] = [:]
            let before = complaints.count
            for (key, member) in item.members { values[key] = element.readElement(member, &complaints) }
            return complaints.count == before ? values : nil
        }
    }

    /// Reads a part of a value; what is wrong with it is told at the part's own place.
    public func readElement(_ item: TOMLItem, _ complaints: inout [TOMLComplaint]) -> Value? {
        var own: [TOMLComplaint] = []
        let value = read(item, &own)
        complaints += own.map { TOMLComplaint($0.message, at: $0.item ?? item) }
        return value
    }
}

/// Paths as settings name them.
public enum TOMLPath {
    /// Absolute paths stay; relative ones are taken from the directory of `file`.
    public static func resolve(_ path: String, against file: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let slash = file.lastIndex(of: "/") else { return path }
        return String(file[...slash]) + path
    }
}
