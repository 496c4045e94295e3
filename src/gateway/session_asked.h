// One RCPT of a batch that is answered together. For the files of Session alone.
#pragma once

#include <optional>

#include "gateway/session.h"

namespace backstop::gateway {

struct Session::Asked {
  smtp::RcptCommand command;
  bool is_parsed = false;
  RecipientCheck check;
  std::optional<smtp::Reply> answer;  ///< nothing while the next hop is to be asked
  bool is_from_next_hop = false;
  bool is_past_limit = false;
};

}  // namespace backstop::gateway
