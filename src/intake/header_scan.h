// What a front door must know of a message's header, found in one pass: its ids and addresses, and the fields
// that only Backstop may write, so that they can be taken out. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::intake {

/// Returns where the header of `message` ends: past the empty line, or npos if that has not come yet. The
/// search begins at `from`. A header without any field ends with the first CRLF.
std::size_t find_header_end(std::string_view message, std::size_t from = 0);

/// A message that may be a response is refused if it has more fields than this: those past them would not be
/// read. The reader takes twice as many of a whole mail, so that its parts can have fields, too.
inline constexpr std::size_t kMostFieldsOfResponse = 1000;

struct HeaderScan {
  std::size_t fields = 0;  ///< the empty line is none
  std::size_t received_fields = 0;
  /// Our own fields that somebody else wrote: offset and size, whole lines, in order.
  std::vector<std::pair<std::size_t, std::size_t>> foreign;
  /// All Authentication-Results fields, in the same form, if they are wanted.
  std::vector<std::pair<std::size_t, std::size_t>> results;
  std::string message_id;  ///< without brackets, printable; empty if there is none
  /// The value of the first Message-ID, as offset and size; no size if there is none.
  std::pair<std::size_t, std::size_t> message_id_at;

  /// The same of the first From.
  std::pair<std::size_t, std::size_t> from;
  bool is_never_answered = false;  ///< a field says so (intake::forbids_answer())

  /// Of mail that leaves, as offset and size: all DKIM-Signature fields.
  std::vector<std::pair<std::size_t, std::size_t>> signatures;
};

/// Looks at a header block in one pass. `is_stuffed`: it is as after DATA. There the next hop takes away a
/// dot in front of a line whatever follows it (RFC 5321 4.5.2), so a field may hide behind it. `is_leaving`:
/// the signatures are wanted. `with_results`: Authentication-Results are.
HeaderScan scan_header(std::string_view header, bool is_stuffed, bool is_leaving = false,
                       bool with_results = false);

/// Takes Authentication-Results fields that bear one of the ids for foreign ones (RFC 8601 5).
void take_out_results(std::string_view header, bool is_stuffed, std::span<const std::string> ids,
                      HeaderScan& scan);

/// Appends `header` without the foreign fields of the scan to `out`.
void append_without(std::string_view header, const HeaderScan& scan, std::string& out);

}  // namespace backstop::intake
