// A mail of Ann that arrived in the outside world, as its answer quotes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace backstop::demo {

/// A mail from a Maildir of the outside world.
struct Arrived {
  std::string return_path;  ///< without brackets
  std::string to;
  std::string subject;
  std::string message_id;  ///< with brackets
  std::string header;      ///< as it arrived, without Return-Path
  std::string body;
};

/// Returns nullopt for a mail without a Return-Path field or without a recipient.
std::optional<Arrived> read_arrived(std::string_view mail);

}  // namespace backstop::demo
