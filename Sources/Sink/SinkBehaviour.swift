// SPDX-License-Identifier: Apache-2.0

/// What the sink does for a special recipient (CONTRACT 10). Providers' APIs tell it by the last four digits of a number,
/// or characters of a contact's id.
public enum SinkBehaviour: Hashable, Sendable {
    case accept
    case bounce
    case full
    case greylist
    case policy
    /// The link closes after the end of data, or of the request.
    case drop
    /// Never answers after it.
    case silent
    /// Answers after that many seconds.
    case slow(seconds: Int)
    /// Opted out at the provider.
    case stop

    /// By the local part, case and `+tag` left aside: `bounce`, `Bounce+any`, `slow`, `slow-30`. Anything else is accepted.
    public init(localPart: some StringProtocol) {
        let word = localPart.prefix { $0 != "+" }.lowercased()
        switch word {
        case "bounce": self = .bounce
        case "full": self = .full
        case "greylist": self = .greylist
        case "policy": self = .policy
        case "drop": self = .drop
        case "silent": self = .silent
        case "slow": self = .slow(seconds: 5)
        case "stop": self = .stop
        default:
            if word.hasPrefix("slow-"), let seconds = Int(word.dropFirst(5)), (0...3600).contains(seconds) {
                self = .slow(seconds: seconds)
            } else {
                self = .accept
            }
        }
    }

    /// By the end of an E.164 number or of a contact's id: `0001`. Anything else is accepted.
    public init(ending recipient: String) {
        self =
            switch recipient.suffix(4) {
            case "0001": .bounce
            case "0002": .full
            case "0003": .greylist
            case "0004": .policy
            case "0005": .drop
            case "0006": .silent
            case "0007": .slow(seconds: 5)
            case "0008": .stop
            default: .accept
            }
    }
}
