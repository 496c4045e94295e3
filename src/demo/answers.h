// Answers to mail that really arrived, as the world's mail systems write them: bounces, a delay notice,
// automatic replies, a receipt. They go to the return path of the mail that arrived.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "demo/mails.h"

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

/// Returns the host that sends the answer: "mail.alder.test" for a mail to carla@alder.test.
std::string answering_host(const Arrived& mail);

/// Returns the answer in that form, which is not None, from the null sender to the mail's return path. `date`
/// as in a Date field.
DemoMail answer_to(const Arrived& mail, AnswerForm form, std::string_view date);

}  // namespace backstop::demo
