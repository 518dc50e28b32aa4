// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayModel

@Suite("Times in HTTP headers")
struct HTTPDateTests {
    /// RFC 9110 section 5.6.7.
    @Test(
        "three spellings of one time",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ])
    func same(_ text: String) {
        #expect(Instant(httpDate: text) == Instant(rfc3339: "1994-11-06T08:49:37Z"))
    }

    @Test(
        "others",
        arguments: [
            ("Sat, 21 Nov 2026 20:00:00 GMT", "2026-11-21T20:00:00Z"),
            ("Tue, 29 Feb 2028 23:59:60 GMT", "2028-03-01T00:00:00Z"),
            ("Thursday, 01-Jan-70 00:00:00 GMT", "1970-01-01T00:00:00Z"),
            ("Friday, 31-Dec-69 00:00:00 GMT", "2069-12-31T00:00:00Z"),
        ])
    func read(_ text: String, _ wanted: String) {
        #expect(Instant(httpDate: text) == Instant(rfc3339: wanted))
    }

    @Test(
        "what is none",
        arguments: [
            "", "now", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 6x Nov 1994 08:49:37 GMT", "Sun, 06 Nov 19944 08:49:37 GMT",
            "1994-11-06T08:49:37Z",
        ])
    func none(_ text: String) {
        #expect(Instant(httpDate: text) == nil)
    }
}
