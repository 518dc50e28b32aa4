// SPDX-License-Identifier: Apache-2.0
//
// Adding to the list, and lifting what stands on it. Nothing is ever taken off.

import ArgumentParser
import GatewayModel
import Store

struct SuppressionAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Suppress a target from now on; prints the event's number.",
        discussion: """
            legal, deceased, litigator, complaint, hard_bounce, invalid and reassigned keep transactional messages back, \
            too. Returns when matching messages in flight have ended, at most after --wait; then it exits 75 with the \
            number left.

            Examples:  gatepost suppression add '@example.com' --reason manual --scope 'class:marketing' --note 'by their wish'
                       gatepost suppression add +33612345678 --reason dnc_registry --expires-at 2027-06-01
            """)

    @Argument(help: "Whom: see gatepost suppression --help.") var target: String
    @Option(help: "\(SuppressionReason.allCases.map(\.rawValue).joined(separator: ", ")).") var reason:
        SuppressionReason
    @Option(help: "Where it holds, as 'channel:sms brand:acme' (default: everywhere).") var scope: ScopeArgument?
    @Option(help: "Until when: a day or RFC 3339; for soft_bounce_limit, manual, dnc_registry and unengaged.")
    var expiresAt: EndArgument?
    @Option(help: "What reviewers should know.") var note: String?
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions
    @OptionGroup var waiting: WaitOptions

    func validate() throws {
        if expiresAt != nil, !reason.mayExpire {
            throw ValidationError("a suppression for \(reason.rawValue) does not expire")
        }
    }

    func run() async throws {
        let whom = try SuppressionTarget(typed: target)
        if let zero = TrunkZero(in: whom) { throw zero.refusal(of: target) }
        let now = SystemTimepiece().now()
        let expires = expiresAt?.instant
        if let expires, expires <= now {
            throw CommandFailure(.badData, "--expires-at lies in the past: it would suppress nobody")
        }
        var details = SuppressionDetails()
        (details.note, details.source, details.actor) = (note, "command", signing.signature.actor)
        let new = NewSuppression(
            target: whom, reason: reason, scope: scope?.scope ?? SuppressionScope(), expiresAt: expires,
            details: details)
        try await record.withStore(.command) { store, settings in
            try scope?.check(settings)
            let numbers = try await store.suppress([new], by: signing.signature)
            let output = Output()
            for number in numbers { try output.line("s\(number)") }
            try output.flush()
            try await FlightWait(limit: waiting.wait.duration).untilLanded { try await store.inFlight(under: whom) }
        }
    }
}

struct SuppressionRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Lift what stands against exactly that target; the history stays.",
        discussion: """
            A person's own opt-out is not lifted by it: only a new consent does that.

            Example:  gatepost suppression remove ada@example.com --why 'mailbox works again, confirmed by phone'
            """)

    @Argument(help: "Whom: see gatepost suppression --help.") var target: String
    @Option(help: "Only entries of exactly that scope (default: of every scope).") var scope: ScopeArgument?
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions

    func validate() throws {
        if signing.why?.trimmed.isEmpty != false { throw ValidationError("lifting needs --why: somebody will ask") }
    }

    func run() async throws {
        let whom = try SuppressionTarget(typed: target)
        TrunkZero(in: whom)?.hint(about: target)
        try await record.withStore(.command) { store, _ in
            let lifted = try await store.lift(whom, scope: scope?.scope, by: signing.signature)
            let standing = try await store.suppressions(matching: whom).filter {
                $0.isStanding(at: SystemTimepiece().now())
            }
            for entry in standing {
                let by = entry.target.map { " by \($0)" } ?? ""
                Say.line("still suppressed\(by): \(entry.event.id), \(entry.event.reason.rawValue)")
            }
            guard !lifted.isEmpty else {
                throw CommandFailure(
                    .badData, "nothing stands against exactly \(whom)", advice: "see gatepost suppression check")
            }
            let output = Output()
            for number in lifted { try output.line("s\(number)") }
            try output.flush()
        }
    }
}

/// RFC 3339, or a day, which counts to its end (UTC).
struct EndArgument: ExpressibleByArgument, Hashable, Sendable {
    var instant: Instant

    init?(argument: String) {
        if let instant = Instant(rfc3339: argument) {
            self.instant = instant
        } else if let midnight = LocalTime("\(argument)T00:00") {
            instant = midnight.asUTC + .seconds(86_400) - .microseconds(1)
        } else {
            return nil
        }
    }
}
