// The words that people have for kinds of mail, such as "bounce", beside the names of the kinds.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "store/history.h"

namespace backstop::app {

struct KindWord {
  std::string_view word;
  std::string_view kind;                   ///< the one kind that it means; empty: several
  bool store::HistoryFilter::* is_family;  ///< of several kinds, what finds them; else null
};

inline constexpr std::array<KindWord, 4> kKindWords = {{
    {"bounce", "dsn-failed", nullptr},
    {"dsn", "", &store::HistoryFilter::is_dsn},
    {"response", "", &store::HistoryFilter::is_response},
    {"ordinary", "none", nullptr},
}};

/// Sets what finds the events of a kind: its name, or one of the words above. An empty text finds all.
inline void set_kind(const std::string& text, store::HistoryFilter& filter) {
  filter.kind = text;
  for (const KindWord& one : kKindWords) {
    if (one.word != text) continue;
    filter.kind = one.kind;
    if (one.is_family != nullptr) filter.*one.is_family = true;
  }
}

}  // namespace backstop::app
