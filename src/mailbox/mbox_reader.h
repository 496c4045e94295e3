// The mails of an mbox (RFC 4155 and its older kin: mboxo, mboxrd, mboxcl, mboxcl2), read piece by piece in
// bounded memory, however long the file is. A mail begins after a "From " line that follows an empty line and
// looks like a postmark. Some programs leave out the empty line, or the date ("From -"): then a header must
// follow, and the line before may not announce a quoted mail. If a Content-Length field leads exactly to the
// next one (mboxcl2, which quotes nothing), it is believed. ">From " stays as it is: the quoting of mboxo
// can't be undone, and no proof reads bodies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/byte_source.h"

namespace backstop::mailbox {

struct MboxMail {
  std::string_view bytes;    ///< without its "From " line; valid until the next call
  std::uint64_t offset = 0;  ///< of its "From " line in the mbox
  bool is_past_cap = false;  ///< only the first bytes of it, up to the cap
  bool is_last = false;
};

class MboxReader {
 public:
  /// `buffer` holds what has already been read from `source`. Memory stays below twice `mail_cap` and some
  /// chunks.
  MboxReader(os::ByteSource& source, std::string buffer, std::size_t mail_cap);

  /// Returns the next mail, or nullopt at the end.
  base::Result<std::optional<MboxMail>> next();

  /// Lines so far that look much like the beginning of a mail and were not taken for it.
  struct Doubts {
    std::uint64_t count = 0;
    std::uint64_t first = 0;  ///< the offset of the first one in the mbox
  };
  const Doubts& doubts() const { return doubts_; }
  /// Lines so far that were taken for the beginning of a mail and may be text: they have no date, though the
  /// first one of the mbox has, and the fields below may be those of a quoted mail.
  const Doubts& taken() const { return taken_; }

 private:
  // The end of a mail, and the beginning of the "From " line after it.
  struct End {
    std::size_t mail = 0;
    std::size_t next = 0;
  };

  base::Result<bool> fill();
  base::Result<bool> fill_to(std::size_t size);
  base::Result<bool> line_end(std::size_t from, std::size_t& end);
  base::Result<std::optional<End>> end_by_length(std::size_t begin);
  base::Result<std::optional<End>> end_by_search(std::size_t begin);
  base::Result<bool> is_postmark_at(std::size_t position);
  base::Result<bool> begins_mail_at(std::size_t position, bool is_apart);
  bool is_announced(std::size_t position) const;
  void count(Doubts& doubts, std::size_t position) const;
  base::Result<bool> skip_rest();
  void keep_tail();
  void take(std::size_t begin, const std::optional<End>& end, MboxMail& mail);
  void drop_read();

  os::ByteSource& source_;
  std::string buffer_;
  std::size_t mail_cap_;
  std::size_t begin_ = 0;      // of the next "From " line in buffer_
  std::uint64_t dropped_ = 0;  // bytes of the file before buffer_
  Doubts doubts_;
  Doubts taken_;
  bool has_dates_ = false;  // the first "From " line has a date
  bool is_at_end_ = false;
  bool is_within_mail_ = false;  // the mail before was past the cap, and its rest comes first
};

}  // namespace backstop::mailbox
