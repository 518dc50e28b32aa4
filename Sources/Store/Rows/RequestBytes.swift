// SPDX-License-Identifier: Apache-2.0
//
// A kept request as bytes, and back as it was.

import GatewayModel

enum RequestBytes {
    static func encode(_ load: RequestLoad) -> [UInt8] {
        var fields = FieldWriter(reserving: load.body.count + 400)
        fields.put(.purpose, word(load.purpose))
        fields.put(.requestMethod, load.method)
        fields.put(.target, load.target)
        for header in load.headers { fields.put(.headerField, pair(header.name, header.value)) }
        fields.put(.contentType, load.contentType)
        fields.put(.body, load.body)
        fields.put(.requestReference, load.reference)
        for (path, text) in load.match.sorted(by: { $0.key < $1.key }) { fields.put(.match, pair(path, text)) }
        return fields.bytes
    }

    /// Nil for bytes that `encode` never wrote.
    static func decode(_ bytes: [UInt8]) -> RequestLoad? {
        let fields = FieldReader(bytes)
        guard let purpose = fields[.purpose].flatMap(purpose), let method = fields[.requestMethod],
            let target = fields[.target], let body = fields.bytes(.body), let reference = fields[.requestReference]
        else { return nil }
        var load = RequestLoad(purpose: purpose, method: method, target: target, reference: reference)
        (load.contentType, load.body) = (fields[.contentType], body)
        load.headers = fields.all(.headerField).map(split).map { HeaderField($0.name, $0.value) }
        for pair in fields.all(.match).map(split) { load.match[pair.name] = pair.value }
        return load
    }

    private static func pair(_ name: String, _ value: String) -> [UInt8] {
        var fields = FieldWriter(reserving: 100)
        fields.put(.name, name)
        fields.put(.value, value)
        return fields.bytes
    }
    private static func split(_ bytes: [UInt8]) -> (name: String, value: String) {
        let fields = FieldReader(bytes)
        return (fields[.name] ?? "", fields[.value] ?? "")
    }

    private static func word(_ purpose: RequestLoad.Purpose) -> String {
        switch purpose {
        case .create: "create"
        case .inquire: "inquire"
        case .amend: "amend"
        }
    }
    private static func purpose(_ word: String) -> RequestLoad.Purpose? {
        [.create, .inquire, .amend].first { self.word($0) == word }
    }
}
