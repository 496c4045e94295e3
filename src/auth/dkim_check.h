// The DKIM signatures of a mail that arrives (RFC 6376 6, RFC 8301, RFC 8463). The header comes first, and
// with it the keys are asked for; the body is hashed as it passes; the results are there when both are known.
//
//   auto check = std::make_shared<DkimCheck>(header, now);
//   co_spawn(loop, look_up_keys(check, ask), ...);      // if wants_keys()
//   check->take_body(piece); ...                        // while wants_body()
//   check->end_body();
//   check->results();
//
// Which signatures are looked at: at most kMost. Those whose `d=` is the author's domain, or above or below
// it, come first, then the others, each from the top down: a forwarder that puts many signatures on top can't
// hide the one that counts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/ask.h"
#include "auth/author.h"
#include "auth/method_result.h"
#include "dkim/body_hash.h"
#include "dkim/header_block.h"
#include "dkim/signature.h"

namespace backstop::auth {

/// What became of one signature. The texts are printable; they may be empty if the field can't be read.
struct DkimResult {
  MethodResult result = MethodResult::Neutral;
  std::string why = {};                           ///< unless Pass: one clause
  std::string domain = {};                        ///< `d=`, as A-label
  std::string selector = {};                      ///< `s=`
  std::string algorithm = {};                     ///< `a=`
  std::string identity = {};                      ///< `i=`, as written; "@" and the domain if there is none
  std::string signature_start = {};               ///< the first 8 characters of `b=` (RFC 6008)
  std::optional<std::uint64_t> body_length = {};  ///< `l=`
  bool has_unsigned_tail = false;  ///< the body goes on behind `l=`: nobody has signed that part
  bool is_testing = false;         ///< the key has `t=y`
};

/// Belongs to one mail. Not thread-safe; neither copied nor moved, since its parts view its header.
class DkimCheck {
 public:
  static constexpr std::size_t kMost = 8;                   ///< signatures that are verified
  static constexpr std::size_t kMostHeader = 256UZ * 1024;  ///< bytes; past a cap nothing is verified
  static constexpr std::size_t kMostFields = 2000;
  static constexpr std::chrono::minutes kSkew{5};  ///< how wrong a clock may be

  /// `header` is the header block as it came, with line ends of CRLF or LF, and without doubled dots; the
  /// empty line at its end does not matter. A signature counts unless `x=` is more than kSkew ago, or `t=`
  /// more than kSkew ahead.
  DkimCheck(std::string header, std::chrono::sys_seconds now);
  DkimCheck(const DkimCheck&) = delete;
  DkimCheck& operator=(const DkimCheck&) = delete;

  const Author& author() const { return author_; }
  /// DKIM-Signature fields in the header; those past kMost are not looked at.
  std::size_t signature_count() const { return signature_count_; }

  /// The names that are to be asked for TXT records, each once.
  const std::vector<std::string>& key_names() const { return key_names_; }
  bool wants_keys() const { return !key_names_.empty(); }
  /// Gives the answer for key_names()[index], and verifies the header part of its signatures.
  void take_key(std::size_t index, const net::DnsAnswer& answer);

  /// False once no signature can pass any more, or there is none: then the body need not be given.
  bool wants_body() const;
  void take_body(std::string_view piece);
  /// Call it once, after the last piece.
  void end_body();

  /// One for each signature that was looked at, from the top down. A key that has not come counts as
  /// TempError, as does a body that has not ended.
  std::vector<DkimResult> results() const;

 private:
  struct Checked {
    DkimResult result;
    dkim::Signature signature;
    std::size_t key = 0;    ///< among the names of keys
    bool is_final = false;  ///< `result` will not change
    bool is_header_good = false;
  };

  void add(const mail::Field& field, std::chrono::sys_seconds now);
  void ask_for(Checked& checked);
  void verify_header(Checked& checked, const net::DnsAnswer& answer) const;
  void finish(Checked& checked) const;

  const std::string header_;
  const dkim::HeaderBlock block_;
  Author author_ = {};
  std::size_t signature_count_ = 0;
  std::vector<Checked> checked_ = {};
  std::vector<std::string> key_names_ = {};
  std::unique_ptr<dkim::BodyHash> simple_;  ///< null: no signature needs it
  std::unique_ptr<dkim::BodyHash> relaxed_;
  bool is_ended_ = false;
};

/// Asks for all keys at once and gives them to the check. Ends when the last answer is there. If it is
/// cancelled, the questions that are under way still end by themselves.
net::Task<void> look_up_keys(std::shared_ptr<DkimCheck> check, Ask ask);

}  // namespace backstop::auth
