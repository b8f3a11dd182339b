//! What stands in for typographic characters that the GSM alphabet has not.

/// Character and replacement, in the order of the characters. Spaces, quotes,
/// dashes and signs only: letters keep their meaning or the text its encoding.
pub(super) static REPLACEMENTS: &[(char, &str)] = &[
    ('\u{0009}', " "), // Tab
    ('\u{000B}', "\n"), // Line tabulation
    ('\u{0060}', "'"), // Grave accent
    ('\u{0085}', "\n"), // Next line
    ('\u{00A0}', " "), // No-break space
    ('\u{00A6}', "|"), // Broken bar
    ('\u{00A9}', "(c)"), // Copyright sign
    ('\u{00AA}', "a"), // Feminine ordinal indicator
    ('\u{00AB}', "\""), // Left-pointing double angle quotation mark
    ('\u{00AD}', ""), // Soft hyphen
    ('\u{00AE}', "(R)"), // Registered sign
    ('\u{00AF}', "-"), // Macron
    ('\u{00B1}', "+/-"), // Plus-minus sign
    ('\u{00B2}', "2"), // Superscript two
    ('\u{00B3}', "3"), // Superscript three
    ('\u{00B4}', "'"), // Acute accent
    ('\u{00B7}', "*"), // Middle dot
    ('\u{00B9}', "1"), // Superscript one
    ('\u{00BA}', "o"), // Masculine ordinal indicator
    ('\u{00BB}', "\""), // Right-pointing double angle quotation mark
    ('\u{00BC}', "1/4"), // Vulgar fraction one quarter
    ('\u{00BD}', "1/2"), // Vulgar fraction one half
    ('\u{00BE}', "3/4"), // Vulgar fraction three quarters
    ('\u{00D7}', "x"), // Multiplication sign
    ('\u{00F7}', "/"), // Division sign
    ('\u{02B9}', "'"), // Modifier letter prime
    ('\u{02BA}', "\""), // Modifier letter double prime
    ('\u{02BB}', "'"), // Modifier letter turned comma
    ('\u{02BC}', "'"), // Modifier letter apostrophe
    ('\u{02BD}', "'"), // Modifier letter reversed comma
    ('\u{02C6}', "^"), // Modifier letter circumflex accent
    ('\u{02C8}', "'"), // Modifier letter vertical line
    ('\u{02CA}', "'"), // Modifier letter acute accent
    ('\u{02CB}', "'"), // Modifier letter grave accent
    ('\u{02D7}', "-"), // Modifier letter minus sign
    ('\u{02DC}', "~"), // Small tilde
    ('\u{055A}', "'"), // Armenian apostrophe
    ('\u{2000}', " "), // En quad
    ('\u{2001}', " "), // Em quad
    ('\u{2002}', " "), // En space
    ('\u{2003}', " "), // Em space
    ('\u{2004}', " "), // Three-per-em space
    ('\u{2005}', " "), // Four-per-em space
    ('\u{2006}', " "), // Six-per-em space
    ('\u{2007}', " "), // Figure space
    ('\u{2008}', " "), // Punctuation space
    ('\u{2009}', " "), // Thin space
    ('\u{200A}', " "), // Hair space
    ('\u{200B}', ""), // Zero width space
    ('\u{200C}', ""), // Zero width non-joiner
    ('\u{200D}', ""), // Zero width joiner
    ('\u{200E}', ""), // Left-to-right mark
    ('\u{200F}', ""), // Right-to-left mark
    ('\u{2010}', "-"), // Hyphen
    ('\u{2011}', "-"), // Non-breaking hyphen
    ('\u{2012}', "-"), // Figure dash
    ('\u{2013}', "-"), // En dash
    ('\u{2014}', "-"), // Em dash
    ('\u{2015}', "-"), // Horizontal bar
    ('\u{2018}', "'"), // Left single quotation mark
    ('\u{2019}', "'"), // Right single quotation mark
    ('\u{201A}', "'"), // Single low-9 quotation mark
    ('\u{201B}', "'"), // Single high-reversed-9 quotation mark
    ('\u{201C}', "\""), // Left double quotation mark
    ('\u{201D}', "\""), // Right double quotation mark
    ('\u{201E}', "\""), // Double low-9 quotation mark
    ('\u{201F}', "\""), // Double high-reversed-9 quotation mark
    ('\u{2022}', "*"), // Bullet
    ('\u{2023}', "*"), // Triangular bullet
    ('\u{2024}', "."), // One dot leader
    ('\u{2025}', ".."), // Two dot leader
    ('\u{2026}', "..."), // Horizontal ellipsis
    ('\u{2027}', "*"), // Hyphenation point
    ('\u{2028}', "\n"), // Line separator
    ('\u{2029}', "\n"), // Paragraph separator
    ('\u{202F}', " "), // Narrow no-break space
    ('\u{2032}', "'"), // Prime
    ('\u{2033}', "\""), // Double prime
    ('\u{2035}', "'"), // Reversed prime
    ('\u{2036}', "\""), // Reversed double prime
    ('\u{2039}', "'"), // Single left-pointing angle quotation mark
    ('\u{203A}', "'"), // Single right-pointing angle quotation mark
    ('\u{203C}', "!!"), // Double exclamation mark
    ('\u{203D}', "?!"), // Interrobang
    ('\u{2043}', "-"), // Hyphen bullet
    ('\u{2044}', "/"), // Fraction slash
    ('\u{2047}', "??"), // Double question mark
    ('\u{2048}', "?!"), // Question exclamation mark
    ('\u{2049}', "!?"), // Exclamation question mark
    ('\u{205F}', " "), // Medium mathematical space
    ('\u{2060}', ""), // Word joiner
    ('\u{207B}', "-"), // Superscript minus
    ('\u{2116}', "No"), // Numero sign
    ('\u{2120}', "(SM)"), // Service mark
    ('\u{2122}', "(TM)"), // Trade mark sign
    ('\u{2190}', "<-"), // Leftwards arrow
    ('\u{2192}', "->"), // Rightwards arrow
    ('\u{2194}', "<->"), // Left right arrow
    ('\u{21D2}', "=>"), // Rightwards double arrow
    ('\u{2212}', "-"), // Minus sign
    ('\u{2215}', "/"), // Division slash
    ('\u{2217}', "*"), // Asterisk operator
    ('\u{2219}', "*"), // Bullet operator
    ('\u{2223}', "|"), // Divides
    ('\u{223C}', "~"), // Tilde operator
    ('\u{2248}', "~"), // Almost equal to
    ('\u{2260}', "<>"), // Not equal to
    ('\u{2264}', "<="), // Less-than or equal to
    ('\u{2265}', ">="), // Greater-than or equal to
    ('\u{22C5}', "*"), // Dot operator
    ('\u{22C6}', "*"), // Star operator
    ('\u{25CF}', "*"), // Black circle
    ('\u{25E6}', "*"), // White bullet
    ('\u{275D}', "\""), // Heavy double turned comma quotation mark ornament
    ('\u{275E}', "\""), // Heavy double comma quotation mark ornament
    ('\u{3000}', " "), // Ideographic space
    ('\u{3001}', ","), // Ideographic comma
    ('\u{3002}', "."), // Ideographic full stop
    ('\u{3003}', "\""), // Ditto mark
    ('\u{301D}', "\""), // Reversed double prime quotation mark
    ('\u{301E}', "\""), // Double prime quotation mark
    ('\u{301F}', "\""), // Low double prime quotation mark
    ('\u{FB00}', "ff"), // Latin small ligature ff
    ('\u{FB01}', "fi"), // Latin small ligature fi
    ('\u{FB02}', "fl"), // Latin small ligature fl
    ('\u{FB03}', "ffi"), // Latin small ligature ffi
    ('\u{FB04}', "ffl"), // Latin small ligature ffl
    ('\u{FE0E}', ""), // Variation selector-15
    ('\u{FE0F}', ""), // Variation selector-16
    ('\u{FE58}', "-"), // Small em dash
    ('\u{FE63}', "-"), // Small hyphen-minus
    ('\u{FEFF}', ""), // Zero width no-break space
    ('\u{FF01}', "!"), // Fullwidth exclamation mark
    ('\u{FF02}', "\""), // Fullwidth quotation mark
    ('\u{FF07}', "'"), // Fullwidth apostrophe
    ('\u{FF08}', "("), // Fullwidth left parenthesis
    ('\u{FF09}', ")"), // Fullwidth right parenthesis
    ('\u{FF0C}', ","), // Fullwidth comma
    ('\u{FF0D}', "-"), // Fullwidth hyphen-minus
    ('\u{FF0E}', "."), // Fullwidth full stop
    ('\u{FF1A}', ":"), // Fullwidth colon
    ('\u{FF1B}', ";"), // Fullwidth semicolon
    ('\u{FF1F}', "?"), // Fullwidth question mark
];
