// SPDX-License-Identifier: Apache-2.0

/// Why a part could not be rendered. The same data will fail again: the job ends as `failed`, `render`.
public struct RenderError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// A value with a control character stands where one line is meant.
        case headerInjection
        /// A link must be https, http, mailto or tel.
        case unsafeLink
        /// A value is not of the type that the template declares.
        case wrongType(found: String)
        case notADate
        /// More bytes than the part may have.
        case tooLong(limit: Int)
        /// Sections went round too often.
        case tooMuchWork
        /// The part came out empty and may not be.
        case empty
        /// The template has no such part.
        case noSuchPart
    }

    public var template: String
    public var part: TemplatePart
    /// The name in the template whose value is at fault, where one is.
    public var name: String?
    public var reason: Reason

    public init(template: String, part: TemplatePart, name: String?, reason: Reason) {
        (self.template, self.part, self.name, self.reason) = (template, part, name, reason)
    }

    public var description: String {
        let what = name.map { "{{\($0)}} " } ?? ""
        return "template \"\(template)\", \(part.fileName): \(what)\(reason.words)"
    }
}

extension RenderError.Reason {
    fileprivate var words: String {
        switch self {
        case .headerInjection: "holds a line break or control character where one line is meant"
        case .unsafeLink: "a link begins with something other than https:, http:, mailto: or tel:"
        case .wrongType(let found): "is a \(found), which cannot be printed here"
        case .notADate: "is no date"
        case .tooLong(let limit): "comes out longer than \(limit) bytes"
        case .tooMuchWork: "its sections repeat too often"
        case .empty: "comes out empty"
        case .noSuchPart: "the template has no such part"
        }
    }
}
