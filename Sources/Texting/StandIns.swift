// SPDX-License-Identifier: Apache-2.0

/// What stands for signs that GSM-7 lacks, where readers are used to it. Looked through on `Transliteration.asOf`.
///
/// Not here, because something would be lost or guessed: tones of Vietnamese, `đ` (d or dj), `ð`, `þ`, fractions,
/// currencies, all other scripts. Such a text stays UCS-2.
enum StandIns {
    static let signs: [(signs: [Unicode.Scalar], other: String)] = [
        // ‘ ’ ‚ ‛ ′ ‹ › ` ´ ʹ ʼ
        (
            [
                "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}", "\u{2032}", "\u{2039}", "\u{203A}", "\u{60}", "\u{B4}",
                "\u{2B9}", "\u{2BC}",
            ], "'"
        ),
        // “ ” „ ‟ ″ « »
        (["\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}", "\u{2033}", "\u{AB}", "\u{BB}"], "\""),
        // Hyphens, dashes, the minus sign, the bullet.
        (
            [
                "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}", "\u{2022}",
            ], "-"
        ),
        (["\u{2026}"], "..."),
        // The tab and all blanks of Unicode that have a width (U+2000 and U+2001 are equivalent to the two after them).
        (
            [
                "\u{9}", "\u{A0}", "\u{2002}", "\u{2003}", "\u{2004}", "\u{2005}", "\u{2006}",
                "\u{2007}", "\u{2008}", "\u{2009}", "\u{200A}", "\u{202F}", "\u{205F}", "\u{3000}",
            ], " "
        ),
        // Line and paragraph separators.
        (["\u{2028}", "\u{2029}"], "\n"),
        // Soft hyphen, zero-width space, word joiner, zero-width no-break space.
        (["\u{AD}", "\u{200B}", "\u{2060}", "\u{FEFF}"], ""),
        (["\u{D7}"], "x"),
    ]

    /// Letter by letter: what is left of it without its accent, or with the accent nearest to it.
    static let letters: [(letters: String, others: String)] = [
        // French, Portuguese, Spanish, Italian capitals, Catalan, Welsh.
        ("áâãÁÀÂÃ", "aaaAAAA"), ("çćčċĆČĊ", "ccccCCC"), ("êëẽÈÊË", "eeeEEE"), ("íîïÍÌÎÏ", "iiiIIII"),
        ("óôõÓÒÔÕ", "oooOOOO"), ("úûÚÙÛ", "uuUUU"), ("ýÿŷÝŸŶ", "yyyYYY"), ("ŵŴ", "wW"),
        // Polish, Czech, Slovak.
        ("ąĄ", "aA"), ("ęěĘĚ", "eeEE"), ("łľĺŁĽĹ", "lllLLL"), ("ńňŃŇ", "nnNN"), ("řŕŘŔ", "rrRR"), ("śšŚŠ", "ssSS"),
        ("źżžŹŻŽ", "zzzZZZ"), ("ďĎ", "dD"), ("ťŤ", "tT"), ("ůŮ", "uU"),
        // Hungarian: the nearest letter that GSM-7 has.
        ("őűŐŰ", "öüÖÜ"),
        // Romanian (comma and cedilla), Turkish, Maltese.
        ("ăĂ", "aA"), ("șşȘŞ", "ssSS"), ("țţȚŢ", "ttTT"), ("ğġĞĠ", "ggGG"), ("ıİ", "iI"), ("ħĦ", "hH"),
        // Baltic.
        ("āĀ", "aA"), ("ēėĒĖ", "eeEE"), ("ģĢ", "gG"), ("īįĪĮ", "iiII"), ("ķĶ", "kK"), ("ļĻ", "lL"), ("ņŅ", "nN"),
        ("ūųŪŲ", "uuUU"),
    ]

    static let ligatures: [(letter: Character, other: String)] = [
        ("œ", "oe"), ("Œ", "OE"), ("ﬀ", "ff"), ("ﬁ", "fi"), ("ﬂ", "fl"), ("ẞ", "SS"),
    ]
}
