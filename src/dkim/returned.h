// Our own signatures in a header block that came back: what a proof of origin needs to know of each.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "dkim/header_block.h"
#include "dkim/signature.h"
#include "mail/address.h"

namespace backstop::dkim {

/// Whether a signature can prove who sent the mail, if it is good.
enum class Fitness : std::uint8_t {
  Fit,
  NoFrom,       ///< the block has no From, or no address in it
  SeveralFrom,  ///< it has several From fields, or several addresses in it: nobody can tell whose mail it is
  Unbound,      ///< neither a Message-ID nor a Date is signed, so the header fits any mail
};
inline constexpr std::array<std::string_view, 4> kFitnessNames = {"fit", "no-from", "several-from",
                                                                  "unbound"};
constexpr std::string_view name(Fitness value) {
  return kFitnessNames[static_cast<std::size_t>(value)];
}

/// The first 16 bytes of SHA-256 over the decoded `b=`: the same for every copy of a signature.
using SignatureId = std::array<unsigned char, 16>;

struct ReturnedSignature {
  Signature signature;
  Fitness fitness = Fitness::Fit;
  mail::Address from;                                 ///< the signed From's; empty unless Fit or Unbound
  std::string_view message_id;                        ///< the signed field's value; empty if none is signed
  std::optional<std::chrono::sys_seconds> signed_at;  ///< `t=`, else the signed Date
  SignatureId id{};
};

inline constexpr std::size_t kMostReturned = 4;  ///< signatures of a block

/// Returns the signatures whose `d=` is a domain of ours, in order from the top. `is_ours` is asked for an
/// A-label in lower case. They are not verified yet; a field that can't be read is passed over. `l=` and `x=`
/// say nothing: the body is not looked at, and a bounce may come late. The views are of the block.
std::vector<ReturnedSignature> returned_signatures(const HeaderBlock& block,
                                                   const std::function<bool(std::string_view)>& is_ours);

}  // namespace backstop::dkim
