// SPDX-License-Identifier: Apache-2.0
//
// Runs a program: data in, bytes out. A value with a stack of frames; no I/O, no clock, any thread.
// Bounded in output and in rounds, so that no data can make it run away.

import GatewayModel

struct Interpreter {
    /// Rounds of all sections together.
    static let mostRounds = 1_000_000

    struct Failure: Error {
        let name: String?
        let reason: RenderError.Reason
    }

    private let program: Program
    private let limit: Int
    private let language: DateLanguage
    private var output: [UInt8] = []
    private var frames: [Frame] = []
    private var rounds = 0
    private var linkStart: Int?

    /// One level of the context stack.
    private struct Frame {
        var value: JSONValue
        /// The list that `value` is an item of, and which one; empty for what is no list.
        var list: [JSONValue] = []
        var index = 0
    }

    /// - Parameter limit: the most bytes that may come out.
    static func run(
        _ program: Program, builtIn: JSONObject, data: JSONObject, language: DateLanguage, limit: Int
    ) throws(Failure) -> [UInt8] {
        var interpreter = Interpreter(program, language, limit)
        interpreter.frames.append(Frame(value: .object(builtIn)))
        interpreter.frames.append(Frame(value: .object(data)))
        try interpreter.run()
        return interpreter.output
    }

    private init(_ program: Program, _ language: DateLanguage, _ limit: Int) {
        (self.program, self.language, self.limit) = (program, language, limit)
        output.reserveCapacity(min(limit, program.text.count + program.text.count / 4 + 256))
        frames.reserveCapacity(8)
    }

    private mutating func run() throws(Failure) {
        var counter = 0
        let count = program.instructions.count
        while counter < count {
            let instruction = program.instructions[counter]
            counter += 1
            switch instruction {
            case .text(let start, let end):
                appendText(Int(start), Int(end))
                if output.count > limit { throw Failure(name: nil, reason: .tooLong(limit: limit)) }
            case .value(let reference, let escape): try write(Int(reference), escape)
            case .section(let reference, let end): if !enter(Int(reference)) { counter = Int(end) }
            case .inverted(let reference, let end):
                if let value = value(of: program.references[Int(reference)]), value.isTrue { counter = Int(end) }
            case .next(let body): if try goRound() { counter = Int(body) }
            case .linkStart: linkStart = output.count
            case .linkEnd: try checkLink()
            }
        }
    }

    private mutating func appendText(_ start: Int, _ end: Int) {
        program.text.withUnsafeBufferPointer {
            output.append(contentsOf: UnsafeBufferPointer(rebasing: $0[start..<end]))
        }
    }

    // MARK: Values

    private mutating func write(_ index: Int, _ escape: Escape) throws(Failure) {
        let reference = program.references[index]
        guard let value = value(of: reference) else { return }
        var isSafe = true
        switch (value, reference.form) {
        case (.string(let text), .plain): isSafe = EscapeWriter.write(text, escape, to: &output)
        case (.number(let number), .plain): isSafe = EscapeWriter.write(number.literal, escape, to: &output)
        case (.bool(let flag), .plain): isSafe = EscapeWriter.write(flag ? "true" : "false", escape, to: &output)
        case (.string(let text), .date(let form)):
            guard let date = DateValue(text) else { throw failure(reference, .notADate) }
            isSafe = EscapeWriter.write(form.text(of: date, language: language), escape, to: &output)
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _):
            throw failure(reference, .wrongType(found: value.typeWord))
        }
        if !isSafe { throw failure(reference, .headerInjection) }
        if output.count > limit { throw Failure(name: nil, reason: .tooLong(limit: limit)) }
    }

    private func failure(_ reference: Program.Reference, _ reason: RenderError.Reason) -> Failure {
        Failure(name: program.names[Int(reference.name)], reason: reason)
    }

    /// Nil for what is missing or null.
    private func value(of reference: Program.Reference) -> JSONValue? {
        for index in reference.chains {
            let chain = program.chains[Int(index)]
            let frame = frames[Int(chain.frame)].value
            guard let step = chain.step else { return reference.steps.isEmpty ? frame : nil }
            guard var value = member(step, of: frame) else { continue }
            for index in reference.steps {
                guard let next = member(program.steps[Int(index)], of: value) else { return nil }
                value = next
            }
            return value
        }
        return nil
    }

    private func member(_ step: Program.Step, of value: JSONValue) -> JSONValue? {
        if case .object(let object) = value {
            let name = program.names[Int(step.name)]
            for member in object.members where member.key == name {
                if case .null = member.value { break }
                return member.value
            }
        }
        return step.fallback.map { program.fallbacks[Int($0)] }
    }

    // MARK: Sections

    /// Pushes the section's first frame; false where it has none.
    private mutating func enter(_ index: Int) -> Bool {
        guard let value = value(of: program.references[index]), value.isTrue else { return false }
        if case .array(let items) = value {
            frames.append(Frame(value: items[0], list: items))
        } else {
            frames.append(Frame(value: value))
        }
        return true
    }

    /// Goes to the next item, or leaves the section.
    private mutating func goRound() throws(Failure) -> Bool {
        let top = frames.count - 1
        let next = frames[top].index + 1
        guard next < frames[top].list.count else {
            frames.removeLast()
            return false
        }
        rounds += 1
        if rounds > Self.mostRounds { throw Failure(name: nil, reason: .tooMuchWork) }
        frames[top].index = next
        frames[top].value = frames[top].list[next]
        return true
    }

    // MARK: Links

    /// Judges what was written since the link began: nothing but the schemes that a mail may hold.
    private mutating func checkLink() throws(Failure) {
        guard let start = linkStart else { return }
        linkStart = nil
        let link = output[start...]
        let isSafe = Self.schemes.contains { scheme in
            link.count > scheme.count && zip(link, scheme).allSatisfy { $0 | 0x20 == $1 || $0 == $1 }
        }
        if !isSafe { throw Failure(name: nil, reason: .unsafeLink) }
    }

    private static let schemes = ["https:", "http:", "mailto:", "tel:"].map { Array($0.utf8) }
}

extension JSONValue {
    /// What a section takes for true. An empty string is false: to a reader it is the same as a missing one.
    fileprivate var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let flag): flag
        case .number: true
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object: true
        }
    }
}
