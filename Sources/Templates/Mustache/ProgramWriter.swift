// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Writes a program: joins neighbouring text, interns names, and fills in where jumps go.
struct ProgramWriter {
    private(set) var program = Program()
    private var nameIndex: [String: Int32] = [:]
    /// Text may not be joined to instructions before this one: a jump leads here.
    private var barrier = 0

    mutating func text(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        let start = Int32(program.text.count)
        program.text += bytes
        let end = Int32(program.text.count)
        if program.instructions.count > barrier, case .text(let begun, _)? = program.instructions.last {
            program.instructions[program.instructions.count - 1] = .text(start: begun, end: end)
        } else {
            program.instructions.append(.text(start: start, end: end))
        }
    }

    mutating func value(_ reference: Int32, _ escape: Escape) {
        program.instructions.append(.value(reference: reference, escape: escape))
    }

    /// Where the section's opening stands; to be closed by `close`.
    mutating func open(_ reference: Int32, inverted: Bool) -> Int {
        let index = program.instructions.count
        program.instructions.append(
            inverted ? .inverted(reference: reference, end: 0) : .section(reference: reference, end: 0))
        barrier = program.instructions.count
        return index
    }

    mutating func close(_ opening: Int, inverted: Bool) {
        if !inverted { program.instructions.append(.next(body: Int32(opening + 1))) }
        let end = Int32(program.instructions.count)
        switch program.instructions[opening] {
        case .section(let reference, _): program.instructions[opening] = .section(reference: reference, end: end)
        case .inverted(let reference, _): program.instructions[opening] = .inverted(reference: reference, end: end)
        case .text, .value, .next, .linkStart, .linkEnd: preconditionFailure("only sections are opened")
        }
        barrier = program.instructions.count
    }

    mutating func linkStart() { program.instructions.append(.linkStart) }
    mutating func linkEnd() { program.instructions.append(.linkEnd) }

    mutating func reference(_ name: String, _ meaning: Scope.Meaning) -> Int32 {
        let firstChain = Int32(program.chains.count)
        for source in meaning.sources {
            program.chains.append(.init(frame: Int32(source.frame), step: source.field.map { step($0) }))
            if source.frame == 0, source.field?.name == "now" { program.usesNow = true }
        }
        let firstStep = Int32(program.steps.count)
        for field in meaning.path {
            let step = step(field)
            program.steps.append(step)
        }
        program.references.append(
            Program.Reference(
                name: intern(name), chains: firstChain..<Int32(program.chains.count),
                steps: firstStep..<Int32(program.steps.count), form: form(meaning)))
        return Int32(program.references.count - 1)
    }

    private func form(_ meaning: Scope.Meaning) -> Program.Form {
        switch meaning.type {
        case .string, .number, .boolean: .plain
        case .date: .date(meaning.part ?? .full)
        case .list, .object: .structure
        }
    }

    private mutating func step(_ field: DataField) -> Program.Step {
        var step = Program.Step(name: intern(field.name), fallback: nil)
        if let fallback = field.fallback {
            step.fallback = Int32(program.fallbacks.count)
            program.fallbacks.append(fallback)
        }
        return step
    }

    private mutating func intern(_ name: String) -> Int32 {
        if let index = nameIndex[name] { return index }
        let index = Int32(program.names.count)
        program.names.append(name)
        nameIndex[name] = index
        return index
    }
}
