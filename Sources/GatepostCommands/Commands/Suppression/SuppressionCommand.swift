// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Settings

struct SuppressionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppression",
        abstract: "Who must not be contacted: add, lift, look up, import and export.",
        discussion: """
            TARGET is an address in any spelling, @domain, *.domain, +33…* (numbers that begin so), person:ID, or md5:…, \
            sha1:…, sha256:… of an address. A person's own opt-out is a consent: gatepost consent record … --type withdrawn.

            Examples:  gatepost suppression add ada@example.com --reason complaint
                       gatepost suppression check ada@example.com
                       gatepost suppression import bounces.csv --from mailgun --dry-run
            """,
        subcommands: [
            SuppressionAdd.self, SuppressionRemove.self, SuppressionCheck.self, SuppressionHistoryCommand.self,
            SuppressionImporting.self, SuppressionExport.self,
        ])
}

extension SuppressionTarget {
    /// As somebody typed it.
    ///
    /// - Throws: exit 65, saying what is wrong with it.
    init(typed text: String) throws(CommandFailure) {
        do throws(AddressFault) {
            try self.init(anySpelling: text)
        } catch {
            throw CommandFailure(
                .badData, "\"\(TextWidth.shown(text))\" \(error)",
                advice: "or a pattern: @domain, *.domain, +33*, person:ID, md5:…, sha1:…, sha256:…")
        }
    }
}

/// `"channel:sms brand:acme"`: every part must hold.
struct ScopeArgument: ExpressibleByArgument, Hashable, Sendable {
    var scope: SuppressionScope

    init?(argument: String) {
        scope = SuppressionScope()
        for part in argument.split(whereSeparator: { " ,".contains($0) }) {
            let pair = part.split(separator: ":", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { return nil }
            switch pair[0] {
            case "channel":
                guard let channel = ContactChannel(rawValue: pair[1]) else { return nil }
                scope.channel = channel
            case "brand": scope.brand = pair[1]
            case "topic": scope.topic = pair[1]
            case "campaign": scope.campaign = pair[1]
            case "class":
                guard let messageClass = MessageClass(rawValue: pair[1]) else { return nil }
                scope.messageClass = messageClass
            default: return nil
            }
        }
    }

    /// What is misspelt would hold nowhere.
    ///
    /// - Throws: exit 65 for a brand or topic that is not configured.
    func check(_ settings: GatewaySettings) throws(CommandFailure) {
        if let brand = scope.brand, settings.brand(brand) == nil {
            let known = settings.brands.map(\.id).joined(separator: ", ")
            throw CommandFailure(.badData, "there is no brand \"\(brand)\"", advice: "configured: \(known)")
        }
        guard let topic = scope.topic else { return }
        let known = settings.topics.filter { scope.brand == nil || $0.brand == nil || $0.brand == scope.brand }
        guard known.contains(where: { $0.id == topic }) else {
            let words = Set(known.map(\.id)).sorted().joined(separator: ", ")
            throw CommandFailure(.badData, "there is no topic \"\(topic)\"", advice: "configured: \(words)")
        }
    }
}

extension SuppressionReason: ExpressibleByArgument {}

extension SuppressionScope {
    /// As `--scope` takes it; `everywhere` to people where nothing is said.
    var text: String? {
        let parts = [
            channel.map { "channel:\($0.rawValue)" }, brand.map { "brand:\($0)" }, topic.map { "topic:\($0)" },
            campaign.map { "campaign:\($0)" }, messageClass.map { "class:\($0.rawValue)" },
        ]
        let said = parts.compactMap(\.self)
        return said.isEmpty ? nil : said.joined(separator: " ")
    }
}
