// SPDX-License-Identifier: Apache-2.0
//
// The words beside a consent or a suppression: all that may be erased, and that the gate never looks at.

import GatewayModel

extension ConsentDetails {
    func encoded(address: ContactAddress, by signature: Signature?) -> [UInt8] {
        var fields = FieldWriter()
        fields.put(.kind, SuppressionKind(of: address).word)
        fields.put(.address, address.description)
        fields.put(.occurredText, occurredText)
        fields.put(.method, method)
        fields.put(.wordingSHA256, wordingSHA256)
        fields.put(.language, language)
        fields.put(.basisFacts, basisFacts?.encoded)
        fields.put(.disclosures, disclosures?.encoded)
        fields.put(.evidence, evidence?.encoded)
        if !attachments.isEmpty { fields.put(.attachments, attachments.joined(separator: " ")) }
        fields.put(.statedActor, actor)
        fields.put(.damage, damage)
        fields.put(.producer, producer)
        fields.put(.recordID, recordID)
        fields.put(.batch, batch)
        fields.put(signature)
        return fields.bytes
    }

    init(_ words: FieldReader) {
        self.init()
        (occurredText, method, wordingSHA256) = (words[.occurredText], words[.method], words[.wordingSHA256])
        (language, basisFacts, disclosures) = (words[.language], words.object(.basisFacts), words.object(.disclosures))
        evidence = words.object(.evidence)
        attachments = words[.attachments].map { $0.split(separator: " ").map(String.init) } ?? []
        (actor, damage, producer) = (words[.statedActor], words[.damage], words[.producer])
        (recordID, batch) = (words[.recordID], words[.batch])
    }
}

extension SuppressionDetails {
    func encoded(target: SuppressionTarget, batch: String?, by signature: Signature?) -> [UInt8] {
        var fields = FieldWriter(reserving: 80)
        if case .address(.crm) = target { fields.put(.kind, SuppressionKind.crm.word) }
        fields.put(.address, target.description)
        fields.put(.note, note)
        fields.put(.source, source)
        fields.put(.evidence, evidence?.encoded)
        fields.put(.statedActor, actor)
        fields.put(.damage, damage)
        fields.put(.producer, producer)
        fields.put(.recordID, recordID)
        fields.put(.batch, batch)
        fields.put(signature)
        return fields.bytes
    }

    init(_ words: FieldReader) {
        self.init()
        (note, source, evidence) = (words[.note], words[.source], words.object(.evidence))
        (actor, damage, producer, recordID) = (words[.statedActor], words[.damage], words[.producer], words[.recordID])
    }
}

extension FieldWriter {
    mutating func put(_ signature: Signature?) {
        guard let signature else { return }
        put(.actor, signature.actor)
        put(.systemUser, signature.systemUser)
        put(.why, signature.why)
    }
}

extension FieldReader {
    func object(_ tag: FieldTag) -> JSONObject? { bytes(tag).flatMap { try? JSONValue.parse($0).object } }

    /// Who did it on the command line; nil where it came by a record.
    var signature: Signature? {
        self[.systemUser].map { Signature(actor: self[.actor], systemUser: $0, why: self[.why]) }
    }

    /// The address of a consent.
    var contactAddress: ContactAddress? {
        guard let text = self[.address], let kind = self[.kind] else { return nil }
        switch SuppressionKind.allCases.first(where: { $0.word == kind }) {
        case .email: return .email(text)
        case .phone: return .phone(text)
        case .crm: return .crm(text)
        case .md5, .sha1, .sha256, .domain, .domainSuffix, .person, .phonePrefix, nil: return nil
        }
    }

    /// The target of a suppression.
    var suppressionTarget: SuppressionTarget? {
        guard let text = self[.address] else { return nil }
        return self[.kind] == SuppressionKind.crm.word ? .address(.crm(text)) : SuppressionTarget(text)
    }
}
