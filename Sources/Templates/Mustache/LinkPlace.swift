// SPDX-License-Identifier: Apache-2.0
//
// Where the linker is: in which file, how far indented, and with what the blocks are filled.

struct LinkPlace {
    let source: SourceFile
    var margin = Margin()
    /// What fills blocks here, by name: given by the innermost tag that knows better, the outermost first.
    var fillings: [String: Filling] = [:]
    /// The partials that lead here.
    var trail: [String] = []

    init(_ source: SourceFile) { self.source = source }
}

/// A block's content given in a parent tag, with the place where it was given: its own blocks are filled from there.
final class Filling {
    let block: MustacheBlock
    let place: LinkPlace
    var isUsed = false

    init(_ block: MustacheBlock, _ place: LinkPlace) { (self.block, self.place) = (block, place) }
}

/// What becomes of the beginnings of lines: first what they had of their own goes, then what the place gives is added.
struct Margin {
    var indent: [UInt8] = []
    var strip: [UInt8] = []

    var isEmpty: Bool { indent.isEmpty && strip.isEmpty }

    func stripped(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.starts(with: strip) ? line.dropFirst(strip.count) : line.drop(while: SourceFile.isBlank)
    }

    /// The margin inside a tag that stands at `blanks`.
    func deepened(by blanks: ArraySlice<UInt8>) -> Margin { Margin(indent: indent + stripped(blanks)) }
}
