// Everything that is known about one mail, and its two forms: a line of JSON, and a page for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "origin/origin.h"
#include "policy/verdict.h"
#include "response/response.h"

namespace backstop::report {

/// What a configuration would do with the mail if it came to one recipient.
struct Outcome {
  std::string recipient;
  std::string_view stage;  ///< of its domain; empty if that is none of ours
  policy::Verdict verdict;
  std::vector<std::string_view> not_asked;  ///< what could change it, in the words below
};

/// What a front door asks or knows and the command line does not: the directory of the recipients, the checks
/// of the sender that may refuse, and DNS for our DKIM keys.
inline constexpr std::string_view kDirectory = "directory";
inline constexpr std::string_view kSender = "sender";
inline constexpr std::string_view kDkimLookup = "dkim-lookup";
/// Nobody has said who the envelope sender is, and the mail has no Return-Path. A mail that is no response
/// without the null sender may be one with it, and a bounce without it is less certain.
inline constexpr std::string_view kEnvelopeSender = "envelope-sender";

struct Findings {
  std::string file;  ///< its path as given; may hold any bytes
  response::Response response;
  origin::Origin origin;
  /// For each recipient that is known; nullopt if no configuration was asked.
  std::optional<std::vector<Outcome>> outcomes = {};
  bool is_cut_short = false;  ///< the file held less than the whole mail, or more than is read
};

/// Returns, in plain sentences on one line, what the mail is and whether we wrote the mail that it answers.
std::string explanation(const Findings& findings);

/// Returns one line of JSON as docs/classify.schema.json has it, with the line end. Always well-formed UTF-8.
std::string to_json_line(const Findings& findings);

/// Returns the explanation, and the facts as a short table. Nothing in it can steer a terminal.
std::string to_page(const Findings& findings);

}  // namespace backstop::report
