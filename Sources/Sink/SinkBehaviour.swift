// SPDX-License-Identifier: Apache-2.0

/// What the sink does for a special recipient (CONTRACT 10). The HTTP side will read the same from a number's last digits.
public enum SinkBehaviour: Hashable, Sendable {
    case accept
    case bounce
    case full
    case greylist
    case policy
    /// The link closes after the end of data.
    case drop
    /// Never answers after the end of data.
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
}
