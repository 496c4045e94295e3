// What the ledger is asked about a response that leaves, and what its rows say of one addressee: did they
// write the mail that is answered, and may a program answer it? Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/way_out.h"
#include "store/ledger_key.h"

namespace backstop::intake {

/// The questions: first those for all addressees, then those for each of them.
struct Asked {
  std::vector<std::string> domains;       ///< of ours that the response names
  std::vector<std::string> received_ids;  ///< of our own Received fields that came back, newest first
  std::vector<std::string> message_ids;   ///< as response::likely_ids() returns them

  std::size_t for_all() const { return received_ids.size(); }
  std::size_t for_one() const { return 2 * domains.size() + received_ids.size() + 2 * message_ids.size(); }

  /// The keys view the texts of this and of the arguments.
  void add_for_all(std::vector<store::RowKey>& keys) const;
  /// `owner`: whose mailbox it is, since a sender may tag the address that he was written to.
  void add_for(std::string_view addressee, std::string_view owner, std::vector<store::RowKey>& keys) const;
};

struct WayOutFinding {
  policy::Owing owing = policy::Owing::Unclear;
  std::string_view why;       ///< one plain clause; a static string
  std::uint32_t mark = 0;     ///< of a signature that alone speaks for the addressee; 0: none
  bool is_shared = false;     ///< what speaks for the addressee may be another customer's
  bool is_forbidden = false;  ///< no program may answer that mail by itself
  bool is_by_name = false;    ///< no Received field of ours told; a Message-ID did, or nothing
};

/// Returns what is known of one addressee. `all` and `one` are the values of the rows that add_for_all() and
/// add_for() asked for, in their order.
///
/// The newest of our Received fields that has a row for the addressee is the likeliest to be the mail's own,
/// and decides alone; a Message-ID is chosen by whoever sends the mail. If there is none, the likeliest
/// Message-ID that has a row does, alone as well: a forger can name other mails of his victim.
WayOutFinding find_way_out(const Asked& asked, std::span<const std::uint32_t> all,
                           std::span<const std::uint32_t> one);

}  // namespace backstop::intake
