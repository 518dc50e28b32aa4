// SPDX-License-Identifier: Apache-2.0
//
// What operators do to queued jobs: one bounded step at a time.

import GatewayModel

extension Ledger {
    /// Jobs one step changes at most: another process' transaction must be short (DESIGN D2).
    static let changeStep = 500

    func change(
        _ change: QueueChange, matching filter: JobFilter, after: JobKey?, by signature: Signature, at now: Instant
    ) throws -> QueueStep {
        var finder = JobFinder(subjects: subjects)
        let start = after?.rawValue ?? 0
        let (keys, next) = try finder.keys(
            matching: filter, states: change.states, after: start, limit: Self.changeStep, in: session)
        var changed = 0
        for key in keys {
            guard let job = try job(key) else { continue }
            if try apply(change, to: job, why: signature.why, at: now) { changed += 1 }
        }
        if changed > 0 {
            try record("queue_\(change.rawValue)", by: signature, about: "\(changed) jobs: \(filter.about)", at: now)
        }
        return QueueStep(changed: changed, next: next.map(JobKey.init))
    }

    private func apply(_ change: QueueChange, to job: JobRow, why: String?, at now: Instant) throws -> Bool {
        switch (change, job.state) {
        case (.hold, .ready): try holdBack(job, why: why ?? "held by an operator", hold: nil, at: now)
        case (.hold, .flying):
            if try flight(job.key)?.isInquiry ?? false { return false }
            try recall(job, .held, cause: why)
        case (.release, .ready) where job.due == nil: try release(job, due: now)
        case (.release, .held): try release(job, due: job.due ?? now)
        case (.retry, .ready), (.retry, .held), (.retry, .doubt): try release(job, due: now, isOrdered: true)
        case (.cancel, .ready), (.cancel, .held), (.cancel, .doubt):
            var words = EventWords()
            words.detail = why.map { Scrub.text($0, of: job.recipient) }
            try end(job, .cancelled, CancelReason.operator.rawValue, at: now, words: words)
        case (.cancel, .flying): try recall(job, .cancelledByOperator)
        case (.hold, .held), (.hold, .doubt), (.release, .ready), (.release, .flying), (.release, .doubt),
            (.retry, .flying):
            return false
        }
        return true
    }

    /// Ready again. A doubt that is sent again on an operator's word says so as `postponed`.
    private func release(_ job: JobRow, due: Instant, isOrdered: Bool = false) throws {
        var job = job
        (job.due, job.hold, job.why, job.postponed) = (due, nil, nil, nil)
        if isOrdered, job.doubt != nil {
            job.crashes = 0
            try clearDoubtPlan(of: job)
            try notePostponed(&job, .retry, until: due, at: due)
        }
        try makeReady(job)
    }
}

extension QueueChange {
    /// States of jobs it can change.
    fileprivate var states: [JobState] {
        switch self {
        case .hold: [.ready, .flying]
        case .release: [.ready, .held]
        case .retry: [.ready, .held, .doubt]
        case .cancel: [.ready, .flying, .held, .doubt]
        }
    }
}
