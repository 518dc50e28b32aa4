// SPDX-License-Identifier: Apache-2.0
//
// SuppressionBook: how what is suppressed and who is written to come together (DESIGN D7, CONTRACT 8.5).
//
// A target has one key: 16 bytes of an HMAC over its kind and its canonical form. A recipient is looked up under every
// key that may mean it. Rows are found by 63 bits of the key through a `HashIndex`; the key itself is compared.
// Owner thread: its session's.

import Cryptography
import GatewayModel

/// What a target is. The numbers are stored, the words are part of the key: neither ever changes.
enum SuppressionKind: Int64, CaseIterable {
    case email = 0, phone, crm, md5, sha1, sha256, domain, domainSuffix, person, phonePrefix

    var word: String {
        switch self {
        case .email: "email"
        case .phone: "phone"
        case .crm: "crm"
        case .md5: "md5"
        case .sha1: "sha1"
        case .sha256: "sha256"
        case .domain: "domain"
        case .domainSuffix: "domain_suffix"
        case .person: "person"
        case .phonePrefix: "phone_prefix"
        }
    }

    var match: SuppressionEvent.Match {
        switch self {
        case .email, .phone, .crm: .address
        case .md5: .md5
        case .sha1: .sha1
        case .sha256: .sha256
        case .domain: .domain
        case .domainSuffix: .domainSuffix
        case .person: .person
        case .phonePrefix: .phonePrefix
        }
    }

    fileprivate var digest: Digest? {
        switch self {
        case .md5: .md5
        case .sha1: .sha1
        case .sha256: .sha256
        case .email, .phone, .crm, .domain, .domainSuffix, .person, .phonePrefix: nil
        }
    }
}

/// A kind with a form in it.
struct SuppressionForm: Hashable {
    var kind: SuppressionKind
    var text: String

    init(_ kind: SuppressionKind, _ text: String) { (self.kind, self.text) = (kind, text) }

    /// The form that a target is kept under.
    init(_ target: SuppressionTarget) {
        switch target {
        case .address(let address):
            let broad = BroadAddress.canonical(address)
            (kind, text) = (SuppressionKind(of: address), broad.description)
        case .hash(.md5, let digest): (kind, text) = (.md5, digest.hex)
        case .hash(.sha1, let digest): (kind, text) = (.sha1, digest.hex)
        case .hash(.sha256, let digest): (kind, text) = (.sha256, digest.hex)
        case .domain(let name): (kind, text) = (.domain, name)
        case .domainSuffix(let name): (kind, text) = (.domainSuffix, name)
        case .phonePrefix(let prefix): (kind, text) = (.phonePrefix, prefix)
        case .person(let id): (kind, text) = (.person, id)
        }
    }

    /// Where it is counted: a phone prefix by its length, so that only lengths that are used are looked up.
    var counter: Int64 { kind == .phonePrefix ? Self.prefixCounter(text.utf8.count) : kind.rawValue }
    static func prefixCounter(_ length: Int) -> Int64 { 32 + Int64(length) }
}

extension SuppressionKind {
    init(of address: ContactAddress) {
        switch address {
        case .email: self = .email
        case .phone: self = .phone
        case .crm: self = .crm
        }
    }
}

/// Whom a message is for, as suppressions may mean it.
struct Addressee: Hashable {
    /// Of the contact.
    var address: ContactAddress?
    /// The contact a CRM task is filed under.
    var crm: String?
    var person: String?

    /// Every form of that kind that may mean this recipient. `isUsed` says whether a counter is above zero.
    func forms(of kind: SuppressionKind, isUsed: (Int64) -> Bool = { _ in true }) -> [SuppressionForm] {
        switch kind {
        case .email, .phone:
            guard let address, SuppressionKind(of: address) == kind else { return [] }
            return [SuppressionForm(.address(address))]
        case .crm: return crm.map { [SuppressionForm(.crm, $0)] } ?? []
        case .md5, .sha1, .sha256:
            guard let address, let digest = kind.digest else { return [] }
            return BroadAddress.spellings(of: address).map {
                SuppressionForm(kind, digest.of($0.description).hex)
            }
        case .domain: return domain.map { [SuppressionForm(.domain, $0)] } ?? []
        case .domainSuffix: return suffixes.map { SuppressionForm(.domainSuffix, $0) }
        case .person: return person.map { [SuppressionForm(.person, $0)] } ?? []
        case .phonePrefix: return prefixes(isUsed)
        }
    }

    private var domain: String? {
        guard case .email(let text) = address, let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        return String(text[text.utf8.index(after: at)...])
    }

    /// `a.example.com` has `example.com` and `com`.
    private var suffixes: [String] {
        guard var rest = domain.map({ Substring($0) }) else { return [] }
        var all: [String] = []
        while let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) {
            rest = rest[rest.utf8.index(after: dot)...]
            all.append(String(rest))
        }
        return all
    }

    /// Of the number as it is and of its canonical form: either may be what the prefix was written for.
    private func prefixes(_ isUsed: (Int64) -> Bool) -> [SuppressionForm] {
        guard case .phone(let number) = address else { return [] }
        let broad = BroadAddress.canonical(.phone(number)).description
        var all: [SuppressionForm] = []
        for text in broad == number ? [number] : [number, broad] {
            for length in 2...max(2, text.utf8.count) where isUsed(SuppressionForm.prefixCounter(length)) {
                all.append(SuppressionForm(.phonePrefix, String(text.prefix(length))))
            }
        }
        return all
    }
}

struct SuppressionBook {
    static let index = HashIndex("suppression_hash")
    private let digest: KeyedDigest

    init(key: [UInt8]) { digest = KeyedDigest(key: key) }

    func key(of form: SuppressionForm) -> [UInt8] {
        Array(digest.of(kind: form.kind.word, form.text).prefix(16))
    }

    /// Numbers of all rows under that key.
    func rows(under key: [UInt8], in session: Session) throws -> [Int64] {
        var rows: [Int64] = []
        _ = try Self.index.first(key.hash63, in: session) { row -> Bool? in
            rows.append(row)
            return nil
        }
        return rows
    }
}
