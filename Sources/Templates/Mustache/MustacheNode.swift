// SPDX-License-Identifier: Apache-2.0
//
// A template as a tree: what the parser gives and the linker reads. Text is kept as ranges of the source.

/// A name in a tag, with where it stands.
struct TagName: Sendable {
    let text: String
    let offset: Int
}

indirect enum MustacheNode: Sendable {
    /// `startsLine`: the range begins at the start of a source line, so a partial's indentation belongs before it.
    /// May be empty, to mark that a tag begins a line.
    case text(Range<Int>, startsLine: Bool)
    case value(TagName, raw: Bool)
    case section(TagName, inverted: Bool, [MustacheNode])
    /// `indent`: the blanks before the tag where it stands alone on its line.
    case partial(TagName, indent: Range<Int>?)
    case parent(TagName, indent: Range<Int>?, [MustacheBlock])
    case block(MustacheBlock)
}

/// `{{$name}}…{{/name}}`: a place that can be filled from below, or, inside a parent tag, what fills it.
struct MustacheBlock: Sendable {
    let name: TagName
    let nodes: [MustacheNode]
    /// The blanks before the opening tag, where only they precede it on its line.
    let lead: Range<Int>?
    /// Whether the opening tag ends its line, so that the content begins on a line of its own.
    let startsLine: Bool
    /// The blanks that the content's first line begins with, where it begins on a line of its own.
    let intrinsic: Range<Int>
}

/// A parsed file. `nodes` is empty where it has structural problems.
struct MustachePage: Sendable {
    let source: SourceFile
    let nodes: [MustacheNode]
    let problems: [TemplateProblem]
}
