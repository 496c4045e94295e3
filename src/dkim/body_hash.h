// The hash of a body that arrives in pieces: canonicalisation (RFC 6376 3.4.3 and 3.4.4) and SHA-256, up to
// the length of `l=` or of the whole. Memory does not grow with the body. Pure; not thread-safe.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "dkim/digest.h"
#include "dkim/signature.h"

namespace backstop::dkim {

/// Hashes the body in one form, for all signatures that want it. Throws std::bad_alloc if OpenSSL has no
/// memory.
class BodyHash {
 public:
  explicit BodyHash(Canonical form);
  BodyHash(const BodyHash&) = delete;
  BodyHash& operator=(const BodyHash&) = delete;

  /// Also keeps the hash of the first `length` canonical bytes. Call it before the first piece. Each length
  /// costs a copy of SHA-256's state.
  void mark(std::uint64_t length);

  /// Takes the next piece, of any size. A line end may be CRLF or LF, and counts as CRLF; dots are no longer
  /// doubled.
  void take(std::string_view piece);
  /// Call it once, after the last piece.
  void end();

  /// After end(): the hash of the whole canonical body, or of its first `length` bytes if that was marked;
  /// nullopt if the body is shorter, or the length was not marked.
  std::optional<Digest> hash(const std::optional<std::uint64_t>& length = std::nullopt) const;
  /// Canonical bytes so far.
  std::uint64_t size() const { return size_ + used_; }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const;
  };
  using Context = std::unique_ptr<EVP_MD_CTX, Free>;
  struct Mark {
    std::uint64_t length = 0;
    Digest digest{};
  };

  void take_text(std::string_view text, bool ends_line);
  void put_text(std::string_view text);
  void put_relaxed(std::string_view text);
  void put_line_ends();
  void put(std::string_view bytes);
  void flush();
  void digest(std::string_view bytes);

  const Canonical form_;
  Context context_;
  std::vector<Mark> marks_;  ///< by length
  std::size_t reached_ = 0;  ///< how many of them
  Digest whole_{};
  std::uint64_t size_ = 0;       ///< bytes in the digest
  std::uint64_t line_ends_ = 0;  ///< that count only if text follows
  bool has_text_ = false;
  bool is_after_cr_ = false;     ///< a CR that may be half of a line end
  bool is_after_blank_ = false;  ///< relaxed: blanks that count only if text follows on the line
  std::size_t used_ = 0;
  std::array<char, 4096> buffer_;
};

}  // namespace backstop::dkim
