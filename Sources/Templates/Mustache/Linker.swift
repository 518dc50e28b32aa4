// SPDX-License-Identifier: Apache-2.0
//
// Puts a part together: walks its tree, sets partials, parents and blocks in place, asks the scope what each name
// means, and writes the program. All that can be wrong with a template is found here, with its place.

import StrictTOML

/// What a part is compiled under.
struct LinkRules {
    /// For `{{x}}`; values in links and raw ones have their own.
    var escape: Escape
    /// Whether text is HTML, so that links and attributes are looked after.
    var isHTML: Bool
    /// Whether `{{{x}}}` is allowed.
    var allowsRaw: Bool

    static let html = LinkRules(escape: .html, isHTML: true, allowsRaw: true)
    static let text = LinkRules(escape: .plain, isHTML: false, allowsRaw: true)
    static let message = LinkRules(escape: .plain, isHTML: false, allowsRaw: false)
    static let line = LinkRules(escape: .line, isHTML: false, allowsRaw: false)
    static let json = LinkRules(escape: .json, isHTML: false, allowsRaw: false)
}

struct Linker {
    /// Partials and parents inside one another.
    static let deepestInclusion = 64
    /// Sections, partials and blocks inside one another, all together: bounds the stack, here and when it runs.
    static let deepestLevel = 160
    /// Bytes of literal text, and instructions, of one part with all its partials.
    static let largestProgram = 4 << 20
    static let mostInstructions = 100_000

    private let rules: LinkRules
    private let partials: [String: MustachePage]
    private var writer = ProgramWriter()
    private var scope: Scope
    private var position: HTMLPosition?
    private var checksLink = false
    private var included = 0
    private var level = 0
    private var hasOverflowed = false
    private(set) var problems: [TemplateProblem] = []
    /// Names of the partials that took part.
    private(set) var used: Set<String> = []
    /// Paths below the job's data that are printed in this part.
    private(set) var printedPaths: Set<String> = []

    init(rules: LinkRules, schema: DataSchema, partials: [String: MustachePage]) {
        (self.rules, self.partials) = (rules, partials)
        scope = Scope(schema)
        position = rules.isHTML ? HTMLPosition() : nil
    }

    /// The program, to be run only where `problems` is empty afterwards.
    mutating func link(_ page: MustachePage) -> Program {
        problems += page.problems
        emit(page.nodes, LinkPlace(page.source))
        return writer.program
    }

    // MARK: Nodes

    private mutating func emit(_ nodes: [MustacheNode], _ place: LinkPlace) {
        level += 1
        defer { level -= 1 }
        if level > Self.deepestLevel { overflow("nested too deeply with all its partials in place", place) }
        for node in nodes {
            guard !hasOverflowed else { return }
            switch node {
            case .text(let range, let startsLine): text(place.source.bytes[range], startsLine: startsLine, place.margin)
            case .value(let name, let raw): value(name, raw: raw, place)
            case .section(let name, let inverted, let inner): section(name, inverted: inverted, inner, place)
            case .partial(let name, let indent): include(name, indent: indent, [], place)
            case .parent(let name, let indent, let blocks): include(name, indent: indent, blocks, place)
            case .block(let block): self.block(block, place)
            }
        }
        stopIfTooLarge(place)
    }

    private mutating func value(_ name: TagName, raw: Bool, _ place: LinkPlace) {
        if raw, !rules.allowsRaw {
            return complain(name, "this part takes no raw values", "write {{\(name.text)}}", place)
        }
        if let objection = position?.objection { return complain(name, objection, nil, place) }
        guard let meaning = meaning(of: name, place) else { return }
        switch meaning.type {
        case .list, .object:
            return complain(
                name, "\"\(name.text)\" is a \(meaning.type.word) and cannot be printed", "use {{#\(name.text)}}", place
            )
        case .string, .number, .boolean, .date: break
        }
        if let path = meaning.pathBelowData { printedPaths.insert(path) }
        startLinkCheck()
        writer.value(writer.reference(name.text, meaning), raw ? .plain : escape)
    }

    /// How `{{x}}` is written at the present position.
    private var escape: Escape {
        guard let position, position.isInLink, position.hasLiteral else { return rules.escape }
        return position.isQuery ? .urlQuery : .urlPath
    }

    private mutating func section(_ name: TagName, inverted: Bool, _ inner: [MustacheNode], _ place: LinkPlace) {
        guard let meaning = meaning(of: name, place) else { return }
        guard meaning.part == nil else {
            return complain(name, "a part of a date is always there", "ask for the date itself", place)
        }
        startLinkCheck()
        let opening = writer.open(writer.reference(name.text, meaning), inverted: inverted)
        if !inverted { scope.push(meaning.type.item) }
        emit(inner, place)
        if !inverted { scope.pop() }
        writer.close(opening, inverted: inverted)
    }

    private mutating func include(_ name: TagName, indent: Range<Int>?, _ blocks: [MustacheBlock], _ place: LinkPlace) {
        guard let page = partials[name.text] else {
            let near = Wording.nearest(to: name.text, among: partials.keys.sorted()).map { "did you mean \"\($0)\"?" }
            return complain(
                name, "there is no partial \"\(name.text)\"", near ?? "add _partials/\(name.text).mustache", place)
        }
        used.insert(name.text)
        guard page.problems.isEmpty else { return }
        if place.trail.contains(name.text) {
            let chain = (place.trail + [name.text]).joined(separator: " → ")
            return complain(name, "\"\(name.text)\" includes itself: \(chain)", nil, place)
        }
        guard included < Self.deepestInclusion else {
            return complain(name, "more than \(Self.deepestInclusion) partials deep", nil, place)
        }
        let fillings = blocks.map { Filling($0, place) }
        var inner = LinkPlace(page.source)
        inner.margin = indent.map { place.margin.deepened(by: place.source.bytes[$0]) } ?? Margin()
        inner.trail = place.trail + [name.text]
        inner.fillings = Dictionary(fillings.map { ($0.block.name.text, $0) }) { first, _ in first }
            .merging(place.fillings) { _, outer in outer }
        included += 1
        emit(page.nodes, inner)
        included -= 1
        for filling in fillings
        where !filling.isUsed && place.fillings[filling.block.name.text] == nil && !hasOverflowed {
            complain(filling.block.name, "\"\(name.text)\" has no block \"\(filling.block.name.text)\"", nil, place)
        }
    }

    private mutating func block(_ block: MustacheBlock, _ place: LinkPlace) {
        guard let filling = place.fillings[block.name.text] else {
            if let lead = block.lead, !block.startsLine {
                text(place.source.bytes[lead], startsLine: true, place.margin)
            }
            return emit(block.nodes, place)
        }
        filling.isUsed = true
        var inner = filling.place
        let own = filling.block
        inner.margin = Margin(
            indent: siteIndent(block, place), strip: Array(inner.source.bytes[own.intrinsic]))
        if block.lead != nil, !own.startsLine { literal(inner.margin.indent[...]) }
        guard included < Self.deepestInclusion else {
            return complain(block.name, "more than \(Self.deepestInclusion) blocks deep", nil, place)
        }
        included += 1
        emit(own.nodes, inner)
        included -= 1
    }

    /// What every line of a filling begins with: the default content's indentation where the tag stands alone, else the tag's.
    private func siteIndent(_ block: MustacheBlock, _ place: LinkPlace) -> [UInt8] {
        guard let lead = block.lead else { return [] }
        let range = block.startsLine && !block.nodes.isEmpty ? block.intrinsic : lead
        return place.margin.deepened(by: place.source.bytes[range]).indent
    }

    // MARK: Text

    private mutating func text(_ bytes: ArraySlice<UInt8>, startsLine: Bool, _ margin: Margin) {
        guard !margin.isEmpty else { return literal(bytes) }
        var rest = bytes
        var atStart = startsLine
        repeat {
            if atStart {
                rest = margin.stripped(rest)
                literal(margin.indent[...])
            }
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
            literal(rest[..<end])
            rest = rest[end...]
            atStart = true
        } while !rest.isEmpty
    }

    /// Writes text that stands in the template, watching where in the HTML it leads.
    private mutating func literal(_ bytes: ArraySlice<UInt8>) {
        guard position != nil else { return writer.text(bytes) }
        var start = bytes.startIndex
        for index in bytes.indices where position?.consume(bytes[index]) == .linkValueEnds && checksLink {
            writer.text(bytes[start..<index])
            writer.linkEnd()
            (start, checksLink) = (index, false)
        }
        writer.text(bytes[start...])
    }

    /// Notes that a link's value begins with a value, once for each link.
    private mutating func startLinkCheck() {
        guard let position, position.isInLink, !position.hasLiteral, !checksLink else { return }
        writer.linkStart()
        checksLink = true
    }

    // MARK: Problems

    private mutating func meaning(of name: TagName, _ place: LinkPlace) -> Scope.Meaning? {
        do throws(Scope.Failure) {
            return try scope.meaning(of: name.text)
        } catch {
            switch error {
            case .undeclared(let near):
                let hint = near.map { "did you mean \"\($0)\"?" } ?? "declare it under [data] in template.toml"
                complain(name, "\"\(name.text)\" is not declared", hint, place)
            case .hasNo(let part, let owner, let known):
                let hint = known.isEmpty ? nil : "it has \(known.joined(separator: ", "))"
                complain(name, "\"\(owner)\" has no \"\(part)\"", hint, place)
            case .onlyAtRoot: complain(name, "{{.}} means an item and stands in no section here", nil, place)
            }
            return nil
        }
    }

    private mutating func complain(_ name: TagName, _ message: String, _ hint: String?, _ place: LinkPlace) {
        guard problems.count < MustacheParser.mostProblems else { return }
        let problem = place.source.problem(at: name.offset, message, hint: hint)
        if !problems.contains(problem) { problems.append(problem) }
    }

    private mutating func stopIfTooLarge(_ place: LinkPlace) {
        if writer.program.text.count > Self.largestProgram || writer.program.instructions.count > Self.mostInstructions
        {
            overflow("too large with all its partials in place", place)
        }
    }

    private mutating func overflow(_ message: String, _ place: LinkPlace) {
        if !hasOverflowed { problems.append(TemplateProblem(file: place.source.name, message)) }
        hasOverflowed = true
    }
}

extension DataType {
    /// What a section over it sees.
    fileprivate var item: DataType { if case .list(let items) = self { items } else { self } }
}

extension Scope.Meaning {
    /// `a.b` where the value comes straight from the job's data; nil for items of lists and what is built in.
    fileprivate var pathBelowData: String? {
        guard let source = sources.first(where: { $0.frame == 1 }), let field = source.field else { return nil }
        return ([field.name] + path.map(\.name)).joined(separator: ".")
    }
}
