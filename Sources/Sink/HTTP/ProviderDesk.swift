// SPDX-License-Identifier: Apache-2.0
//
// ProviderDesk: what stands behind the sink's HTTP side: recognises a request, checks it, and plays the provider's part.
//
// Owned by the thread "sink-http". Knows no sockets; keeps what a provider would: keys, own ids, what was made for whom.

import GatewayModel
import Providers

final class ProviderDesk {
    struct Ruling {
        enum Ending {
            case answer(HTTPAnswer, afterSeconds: Int)
            case drop
            case silence
        }
        var ending: Ending
        var event: SinkEvent?
    }

    /// What was made once, by key or own id.
    struct Made {
        var id: String
        /// Of the bytes that made it.
        var digest: Int
        var at: Instant
    }

    let playbook: Playbook
    let folder: CaptureFolder?
    var archive: MadeArchive
    private(set) var errands = SinkErrands()
    private(set) var hasNewErrands = false
    var made: NewestEntries<String, Made>
    var greylist = SinkMemory()
    private var nextID: UInt64

    /// - Parameter memory: so many keys and texts at least are remembered.
    init(_ playbook: Playbook, folder: CaptureFolder?, memory: Int, firstID: UInt64) {
        (self.playbook, self.folder, nextID) = (playbook, folder, firstID)
        made = NewestEntries(capacity: memory)
        archive = MadeArchive(capacity: memory)
    }

    /// All so far.
    func takeErrands() -> SinkErrands {
        hasNewErrands = false
        return errands
    }

    func answer(_ request: SinkRequest, at now: Instant) -> Ruling {
        let matches = playbook.matches(request)
        guard let surest = matches.first else {
            return refuse(
                .complaint(404, "no provider here takes \(request.method) \(request.target)"), nil, Reading(), now)
        }
        let bodies = RequestBodies()
        var first: Reading?
        for match in matches {
            let reading = read(request, bodies, match)
            if reading.lacks.isEmpty, lackOfAuth(request, match) == nil {
                return play(match, request, reading, at: now)
            }
            if first == nil { first = reading }
        }
        return refuse(request, surest, first ?? Reading(), now)
    }

    private func read(_ request: SinkRequest, _ bodies: RequestBodies, _ match: Playbook.Match) -> Reading {
        let part = playbook.parts[match.provider]
        switch match.errand {
        case .create: return part.create.read(request, bodies, path: match.values)
        case .inquire: return part.inquiry?.read(request, bodies, path: match.values) ?? Reading()
        case .amend: return part.amendment?.read(request, bodies, path: match.values) ?? Reading()
        case .token: return TokenForm.read(request, bodies, part.description.auth)
        }
    }

    private func lackOfAuth(_ request: SinkRequest, _ match: Playbook.Match) -> String? {
        match.errand == .token ? nil : playbook.parts[match.provider].auth.lack(in: request)
    }
}

// MARK: What is not right

extension ProviderDesk {
    /// 401 before 400: who is not let in learns nothing of fields.
    private func refuse(_ request: SinkRequest, _ match: Playbook.Match, _ reading: Reading, _ now: Instant) -> Ruling {
        let part = playbook.parts[match.provider]
        if let lack = lackOfAuth(request, match) {
            let values = AnswerValues(to: reading.recipient ?? "")
            return refuse(part.answer(.unauthorised, values), part, reading, now, words: "lacks \(lack)")
        }
        let words = "\(part.description.name) wants \(reading.lacks.joined(separator: "; "))"
        return refuse(.complaint(400, words, missing: reading.lacks), part, reading, now, words: words)
    }

    func refuse(
        _ answer: HTTPAnswer, _ part: ProviderPart?, _ reading: Reading, _ now: Instant, words: String? = nil
    ) -> Ruling {
        let text = words ?? String(decoding: answer.body.prefix(200), as: UTF8.self)
        let verdict = SinkEvent.Verdict.refused(SinkReply(answer.status, nil, text))
        return Ruling(
            ending: .answer(answer, afterSeconds: 0), event: event(verdict, part, reading, nil, now))
    }

    func event(
        _ verdict: SinkEvent.Verdict, _ part: ProviderPart?, _ reading: Reading, _ size: Int?, _ now: Instant,
        _ matter: SinkEvent.Matter = .message
    ) -> SinkEvent {
        SinkEvent(
            time: now, matter: matter, sender: part?.description.name ?? "", recipient: reading.recipient ?? "",
            verdict: verdict, size: size, messageID: reading.reference)
    }
}

// MARK: Errands

extension ProviderDesk {
    private func play(_ match: Playbook.Match, _ request: SinkRequest, _ reading: Reading, at now: Instant) -> Ruling {
        let part = playbook.parts[match.provider]
        switch match.errand {
        case .create: return create(part, request, reading, now)
        case .inquire:
            count(\.inquiries)
            return Ruling(ending: .answer(archive.answer(part, reading), afterSeconds: 0), event: nil)
        case .amend:
            count(\.amendments)
            return amend(part, request, reading, now)
        case .token:
            count(\.tokens)
            var values = AnswerValues(id: freshID())
            values.token = "sink-\(values.id)"
            let answer = part.answer(.token, values)
            return Ruling(ending: .answer(answer, afterSeconds: 0), event: nil)
        }
    }

    private func count(_ kind: WritableKeyPath<SinkErrands, Int>) {
        errands[keyPath: kind] += 1
        hasNewErrands = true
    }

    func freshID() -> String {
        nextID += 1
        return String(nextID)
    }

    private func amend(_ part: ProviderPart, _ request: SinkRequest, _ reading: Reading, _ now: Instant) -> Ruling {
        let asked = reading[.task(.id)] ?? reading.reference ?? ""
        let original = archive.original(of: asked, part)
        let (id, made) = original ?? (asked, reading)
        guard keep(request, part, "\(freshID())-amended", now) else { return cannotKeep(part, reading, now) }
        return Ruling(
            ending: .answer(part.amended(AnswerValues(id, made)), afterSeconds: 0),
            event: event(.accepted(id: id), part, made, request.body.count, now, .amendment))
    }

    func keep(_ request: SinkRequest, _ part: ProviderPart, _ id: String, _ now: Instant) -> Bool {
        folder?.keep(request, hiding: part.auth.secretHeaders, id: id, at: now) ?? true
    }

    func cannotKeep(_ part: ProviderPart, _ reading: Reading, _ now: Instant) -> Ruling {
        refuse(.complaint(503, "cannot keep the request"), part, reading, now)
    }
}
