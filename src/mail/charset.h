// Charsets to UTF-8, through ICU. Converters are opened once a thread and kept.
#pragma once

#include <string>
#include <string_view>

namespace backstop::mail {

/// U+FEFF in UTF-8.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Appends `bytes`, which are in `charset` (any name that ICU or mail uses: "iso-2022-jp", "cp932", "utf8",
/// "x-sjis"), to `out` in UTF-8. With an unknown or absent charset, and with "us-ascii" but bytes above 127,
/// the bytes are taken for UTF-8 if they are well-formed UTF-8, else for windows-1252. If mailers mean a
/// superset when they name a charset, the superset is read (windows-1252 for iso-8859-1, GB18030 for gb2312,
/// windows-949 for euc-kr). Bytes that can't be converted become U+FFFD, so `out` only ever gains well-formed
/// UTF-8. A byte order mark is dropped. Returns false if something had to be replaced or guessed, or the
/// charset is unknown. A name past 60 bytes is unknown; a thread keeps at most 64 converters. Thread-safe.
bool to_utf8(std::string_view charset, std::string_view bytes, std::string& out);

/// Returns bytes of an unknown charset in UTF-8, by the same guess.
std::string to_utf8(std::string_view bytes);

}  // namespace backstop::mail
