// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// What templates may say of the brand: `{{brand.*}}`. Made once for each brand of a snapshot.
public struct TemplateBrand: Hashable, Sendable {
    public let id: String
    let value: JSONValue
    let postalAddress: String

    /// - Parameters:
    ///   - name: `brand.name`, the controller's name as people know it.
    ///   - from, replyTo: addresses for people to read; nil is empty and false.
    public init(id: String, name: String, from: String, replyTo: String?, postalAddress: String) {
        (self.id, self.postalAddress) = (id, postalAddress)
        value = .object(
            JSONObject([
                ("id", .string(id)), ("name", .string(name)), ("from", .string(from)), ("reply_to", .text(replyTo)),
                ("postal_address", .string(postalAddress)),
            ]))
    }
}

/// All that a message is rendered from.
public struct RenderContext: Sendable {
    /// Checked against the template's schema before (`Template.check`).
    public var data: JSONObject
    public var brand: TemplateBrand
    /// `to.name`.
    public var toName: String?
    public var unsubscribeURL: String?
    public var preferencesURL: String?
    /// `postal_address`; nil: the brand's.
    public var postalAddress: String?
    /// `now`, printed as a UTC date.
    public var now: Instant

    public init(data: JSONObject, brand: TemplateBrand, now: Instant) {
        (self.data, self.brand, self.now) = (data, brand, now)
        (toName, unsubscribeURL, preferencesURL, postalAddress) = (nil, nil, nil, nil)
    }

    /// Frame 0 of every part. `now` is written out only where it is used.
    func builtIn(withNow usesNow: Bool) -> JSONObject {
        var members: [JSONObject.Member] = []
        members.reserveCapacity(6)
        members.append(.init("brand", brand.value))
        members.append(.init("postal_address", .string(postalAddress ?? brand.postalAddress)))
        if let toName { members.append(.init("to", .object(JSONObject(members: [.init("name", .string(toName))])))) }
        if let unsubscribeURL { members.append(.init("unsubscribe_url", .string(unsubscribeURL))) }
        if let preferencesURL { members.append(.init("preferences_url", .string(preferencesURL))) }
        if usesNow { members.append(.init("now", .string(LocalTime(utc: now).dateText))) }
        return JSONObject(members: members)
    }
}
