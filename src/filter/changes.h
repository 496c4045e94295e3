// What a milter changes of one message, and the packets that say it, in the order that mail servers need:
// Postfix delivers to nobody if a recipient is added before it is deleted (DELRCPT, then ADDRCPT). Belongs to
// one message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intake/header_scan.h"
#include "milter/negotiation.h"

namespace backstop::filter {

class Changes {
 public:
  /// Puts a whole field with its CRLF on top of the header. Of several the first one stands highest.
  void insert_field(std::string_view line);
  /// The same for several lines, one field each.
  void insert_fields(std::string_view lines);
  /// Deletes the foreign fields of the scan. `header` is the one that was scanned.
  void delete_fields(std::string_view header, const intake::HeaderScan& scan);
  /// `path` with angle brackets.
  void change_sender(std::string path) { sender_ = std::move(path); }
  /// `given` is as the mail server sent it, `path` has angle brackets, `parameters` are those of RCPT with
  /// spaces between them.
  void replace_recipient(std::string given, std::string path, std::string parameters);
  bool is_empty() const {
    return inserted_.empty() && deleted_.empty() && sender_.empty() && recipients_.empty();
  }

  /// Appends the packets for what the mail server lets us do. The rest is left out.
  void append(const milter::Negotiation& agreed, std::string& out) const;

 private:
  struct Deleted {
    std::string name;
    std::uint32_t index;  ///< among the fields of that name, from 1
  };
  struct Replaced {
    std::string given;
    std::string path;
    std::string parameters;
  };

  void append_recipients(const milter::Negotiation& agreed, std::string& out) const;

  std::vector<std::string> inserted_;
  std::vector<Deleted> deleted_;
  std::string sender_;
  std::vector<Replaced> recipients_;
};

}  // namespace backstop::filter
