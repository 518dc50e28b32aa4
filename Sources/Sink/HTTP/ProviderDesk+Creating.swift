// SPDX-License-Identifier: Apache-2.0
//
// Texts and tasks: what becomes of one by its recipient, and of one that comes again.

import GatewayModel
import Providers

extension ProviderDesk {
    func create(_ part: ProviderPart, _ request: SinkRequest, _ reading: Reading, _ now: Instant) -> Ruling {
        let name: String?
        switch repeatName(part, request, reading) {
        case .none: name = nil
        case .lacks(let header):
            return refuse(
                .complaint(400, "\(part.description.name) wants \(header)", missing: [header]), part, reading, now)
        case .name(let found): name = found
        }
        if let name, let earlier = made[name], !isForgotten(earlier, part, now) {
            return again(earlier, part, request, reading, now)
        }
        let recipient = reading.recipient ?? ""
        switch SinkBehaviour(ending: recipient) {
        case .bounce: return refuse(part, .bounce, reading, now)
        case .full: return refuse(part, .full, reading, now)
        case .policy: return refuse(part, .policy, reading, now)
        case .stop: return refuse(part, .stop, reading, now)
        case .greylist where greylist.isNew("\(part.description.name) \(recipient)"):
            return refuse(part, .greylist, reading, now)
        case .accept, .greylist: return take(part, request, reading, now, name, .accepted)
        case .slow(let seconds): return take(part, request, reading, now, name, .late(seconds))
        case .drop: return take(part, request, reading, now, name, .dropped)
        case .silent: return take(part, request, reading, now, name, .unanswered)
        }
    }

    private enum RepeatName {
        case none
        case name(String)
        case lacks(String)
    }

    /// By what a second one is known.
    private func repeatName(_ part: ProviderPart, _ request: SinkRequest, _ reading: Reading) -> RepeatName {
        let provider = part.description.name
        switch part.description.repeatRule {
        case nil: return .none
        case .key(let header, _):
            guard let key = request.header(header.lowercased()), !key.isEmpty else { return .lacks(header) }
            return .name("\(provider) key \(key)")
        case .upsert: return reading.reference.map { .name("\(provider) own \($0)") } ?? .none
        }
    }

    private func isForgotten(_ earlier: Made, _ part: ProviderPart, _ now: Instant) -> Bool {
        guard case .key(_, let window)? = part.description.repeatRule else { return false }
        return now - earlier.at > window
    }

    private func again(
        _ earlier: Made, _ part: ProviderPart, _ request: SinkRequest, _ reading: Reading, _ now: Instant
    ) -> Ruling {
        if case .key? = part.description.repeatRule, earlier.digest != Self.digest(request) {
            return refuse(.complaint(422, "the key belongs to another request"), part, reading, now)
        }
        let answer = part.answer(.again, AnswerValues(earlier.id, reading))
        return Ruling(
            ending: .answer(answer, afterSeconds: 0),
            event: event(.accepted(id: earlier.id), part, reading, request.body.count, now, .repetition))
    }

    private static func digest(_ request: SinkRequest) -> Int {
        var hasher = Hasher()
        hasher.combine(request.method)
        hasher.combine(request.target)
        request.body.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    private func refuse(
        _ part: ProviderPart, _ plays: ProviderExample.Part, _ reading: Reading, _ now: Instant
    ) -> Ruling {
        refuse(part.answer(plays, AnswerValues(freshID(), reading)), part, reading, now)
    }

    private enum Manner {
        case accepted
        case late(Int)
        case dropped
        case unanswered
    }

    private func take(
        _ part: ProviderPart, _ request: SinkRequest, _ reading: Reading, _ now: Instant, _ name: String?,
        _ manner: Manner
    ) -> Ruling {
        let id = freshID()
        guard keep(request, part, id, now) else { return cannotKeep(part, reading, now) }
        if let name { made[name] = Made(id: id, digest: Self.digest(request), at: now) }
        archive.add(id, reading, part)
        let answer = part.answer(.accept, AnswerValues(id, reading))
        let (ending, verdict): (Ruling.Ending, SinkEvent.Verdict) =
            switch manner {
            case .accepted: (.answer(answer, afterSeconds: 0), .accepted(id: id))
            case .late(let seconds): (.answer(answer, afterSeconds: seconds), .accepted(id: id))
            case .dropped: (.drop, .dropped)
            case .unanswered: (.silence, .leftWaiting)
            }
        return Ruling(ending: ending, event: event(verdict, part, reading, request.body.count, now))
    }
}
