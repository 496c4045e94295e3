#include "demo/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "demo/mails.h"
#include "policy/verdict.h"
#include "report/fact_table.h"
#include "response/response.h"

namespace backstop::demo {

namespace {

std::string_view words_of(std::string_view kind) {
  const auto* const found = std::ranges::find(response::kKindWords, kind, &response::KindWords::name);
  return found == response::kKindWords.end() ? kind : found->many;
}

/// "163 bounces, 28 automatic replies": the most first.
std::string kinds_text(const std::map<std::string, std::size_t>& kinds) {
  std::vector<std::pair<std::string, std::size_t>> rows(kinds.begin(), kinds.end());
  std::ranges::sort(rows, [](const auto& a, const auto& b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  std::string text;
  for (const auto& [kind, count] : rows) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, words_of(kind));
  }
  return text;
}

/// Quotes it so that a shell takes it for one word.
std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view("/._-+:@=,").contains(c);
  };
  const std::string shown = base::printable(text, 4096);
  if (std::ranges::all_of(shown, is_plain)) return shown;
  std::string out = "'";
  for (const char c : shown) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::size_t answers(const Tally& tally) {
  std::size_t sum = 0;
  for (const auto& count : tally) sum += count.accepted + count.refused + count.put_off;
  return sum;
}

std::string agreement(const Recorded& recorded, const Held& held, const std::vector<std::string>& wrong) {
  if (wrong.empty()) {
    return report::wrap(
        fmt::format("This is from the history. It agrees with the {} answers that the clients were "
                    "given, and with the Maildirs: {} mails for Ann, {} in the world.",
                    answers(recorded.tally), held.ann, held.outside));
  }
  std::string out = "This is from the history, and something is wrong:\n";
  for (const auto& sentence : wrong) out += report::wrap(base::printable(sentence), 2);
  return out;
}

/// A line to type, or two if one is too long for a terminal.
std::string suggestion(std::string_view what, std::string_view begin, std::string_view rest) {
  const bool is_long = report::columns(begin) + report::columns(rest) + 5 > report::kPageWidth;
  return fmt::format("  {}:\n    {}{}{}\n", what, begin, is_long ? " \\\n      " : " ", rest);
}

std::string swaks(std::string_view server, std::string_view to) {
  return fmt::format("swaks -s {} -f '<>' -t {}", server, to);
}

std::string history_suggestion(const DemoFolder& folder, std::string_view program) {
  return suggestion("what was decided, newest first", shell_word(program) + " history",
                    "--db " + shell_word(folder.history()));
}

/// What happens to a mail at one stage, as the end of a sentence about it.
std::string_view words_of(policy::Action action) {
  using enum policy::Action;
  switch (action) {
    case Accept:
      return "gets in as it is";
    case Label:
      return "gets in, labelled as unproven";
    case Quarantine:
      return "is kept back, and Ann can have it released";
    case Refuse:
      return "is refused, and the sending server is told why";
    case Defer:
      return "is put off";
  }
  return {};
}

std::string example(const Recorded& recorded) {
  if (recorded.example.empty()) return {};
  return "\nThe reply to a server that brought one of the bounces:\n" +
         report::wrap(base::printable(recorded.example, 600), 2);
}

}  // namespace

std::string page_of_before(std::size_t others, std::size_t hers) {
  return report::wrap(fmt::format(
             "Without Backstop: {} mails in Ann's inbox, {} of them not hers. A spammer uses her address, "
             "and "
             "mail servers all over the world answer the spam. This is the same day with Backstop.",
             others + hers, others)) +
         "\n";
}

std::string page_of_start(const DemoFolder& folder, const DemoGateways& gateways) {
  return report::wrap(
             "A gateway in each direction for example.org, on this machine alone, with Maildirs in place of "
             "mail servers:") +
         fmt::format("  in   {:<16} from the world to the users, such as {}\n", gateways.in.text(), kAnn) +
         fmt::format("  out  {:<16} from the users to the world\n", gateways.out.text()) +
         fmt::format("  All its files are in {}\n", base::printable(folder.path));
}

std::string line_of_own(std::size_t written, const Tally& told) {
  const auto& count = count_of(told, Lot::Written);
  return fmt::format("\nAnn writes {} mails: {} have left.\n", written, count.accepted);
}

std::string page_of_own(std::size_t sent, std::string_view tagged) {
  return fmt::format(
      "\nAnn has written {} mails. Each left with a watermark in its header and a tag in\n"
      "its return path. Only this gateway can make them:\n"
      "  {} -> {}\n",
      sent, kAnn, base::printable(tagged));
}

std::string page_of_flood(std::size_t forged, std::size_t welcome, std::size_t connections) {
  return "\n" +
         report::wrap(
             fmt::format("Now mail comes for her, over {} connections at a time. A spammer has forged "
                         "her address, and {} bounces, automatic replies, challenges and virus "
                         "notices answer mail that she never wrote. {} more mails are ordinary, or "
                         "answer mail that she wrote.",
                         connections, forged, welcome)) +
         "\n";
}

std::string page_of_result(const Recorded& recorded, const Held& held,
                           const std::vector<std::string>& wrong) {
  std::string out = tally_table(recorded.tally) + "\n";
  out += report::wrap(
      fmt::format("With Backstop: {} mails in Ann's inbox, {} of them not hers, each with a label.", held.ann,
                  count_of(recorded.tally, Lot::Other).accepted));
  out += "\n" + agreement(recorded, held, wrong);
  if (!recorded.refused_kinds.empty()) {
    out += report::wrap(fmt::format("{} were refused.", kinds_text(recorded.refused_kinds)));
  }
  if (!recorded.labelled_kinds.empty()) {
    out += report::wrap(
        fmt::format("{} were labelled: a person may wait for one of them, so a missing proof is no reason to "
                    "refuse it.",
                    kinds_text(recorded.labelled_kinds)));
  }
  return out + example(recorded);
}

std::string page_of_elsewhere(const Recorded& recorded) {
  const auto rows = policy::causes();
  const auto row = std::ranges::find(rows, recorded.cause_elsewhere, &policy::CauseRow::name);
  if (row == rows.end()) return {};
  std::string out =
      "\n" +
      report::wrap(
          "One more bounce was genuine. Ann's phone had sent that mail through another server, without "
          "a watermark, so nothing proves it. What becomes of it depends on the stage of the domain:");
  for (std::size_t i = 0; i < policy::kStageNames.size(); ++i) {
    const auto action = policy::verdict_at(static_cast<policy::Stage>(i), row->cause).action;
    out += fmt::format("  {:<10}  {}\n", policy::kStageNames[i], words_of(action));
  }
  return out +
         report::wrap(
             "This domain is at reject. So begin with observe, and let all mail leave through Backstop, or "
             "with your DKIM signature, before you choose reject.");
}

std::string page_of_next() {
  return "\nTo put Backstop before a Postfix (ten minutes, and it refuses nothing yet):\n"
         "  docs/operations.md, \"Install\" and \"Ten minutes with Postfix\"\n"
         "  packaging/backstop.toml, the configuration to begin with\n";
}

std::string page_of_stay(const DemoFolder& folder, const DemoGateways& gateways, std::string_view tagged,
                         std::string_view program) {
  const std::string server = gateways.in.text();
  const std::string forged = "-d " + shell_word("@" + folder.forged());
  return "\nThe gateway stays up until Ctrl-C. From another terminal:\n" +
         suggestion("a forged bounce is refused", swaks(server, kAnn), forged) +
         suggestion("sent to the address that her mail left with, it gets in", swaks(server, tagged),
                    forged) +
         suggestion("what Ann got", "ls", shell_word(folder.ann() + "/new")) +
         history_suggestion(folder, program) +
         suggestion("the configuration", "cat", shell_word(folder.config())) +
         "The first two take swaks, which apt-get install swaks netbase installs.\n";
}

std::string page_of_dashboard(std::string_view link) {
  if (link.empty()) return {};
  return fmt::format("The dashboard, for a browser on this machine (the link logs in once):\n    {}\n", link);
}

std::string page_of_end(const DemoFolder& folder, std::string_view program, bool knows_history) {
  std::string out = "\nThe demo has ended; its files stay.\n";
  if (!knows_history) out += history_suggestion(folder, program);
  return out + suggestion("to start its gateway again", shell_word(program) + " serve",
                          "-c " + shell_word(folder.config()));
}

}  // namespace backstop::demo
